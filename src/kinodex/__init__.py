"""Kinodex: a self-hosted video understanding server."""

__version__ = "0.1.0"
