"""
How the sample clip is made; ``scripts/make_sample.py`` is the way in.

``story`` holds what is shown, written and said; ``landscapes`` and ``things`` the six scenes, built of
``solids`` and ``noise`` and lit by ``rays``; ``speech`` the voice; ``film`` puts it all into one MP4 file.
"""
