"""
A set of videos and queries whose truth is known exactly, made from a seed.

``words`` holds what is said and written, ``scenes`` draws what is seen, ``voice`` the recorded sentences;
``plan`` decides what is where, ``film`` writes the videos, ``asking`` the queries, ``making`` all of it.
"""
