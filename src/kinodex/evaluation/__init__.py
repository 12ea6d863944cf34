"""
How good search is, as numbers anybody can compute again.

``judged`` reads queries with their true moments, ``runs`` keeps what a server answered to them, ``metrics``
says how good one answer is, ``scoring`` a whole run, ``report`` and ``comparison`` put it into tables.
``generated`` makes videos and queries whose truth is known exactly.
"""
