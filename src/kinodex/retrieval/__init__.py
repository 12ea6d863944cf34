"""
From a query to explained moments.

Read ``search.py`` first: filters (``filters.py``), what may match (``channels.py``), what does match and how
likely (``candidates.py``, ``lexical.py``), one curve of probability per video (``fuse.py``), its peaks
(``moments.py``), the reasons (``explain.py``).
"""
