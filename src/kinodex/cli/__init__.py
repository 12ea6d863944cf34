"""
The command: parses, calls, prints; decides nothing.

Commands other than ``serve``, ``worker`` and ``doctor`` speak to a running server through its API.
"""

from kinodex.cli.app import main

__all__ = ["main"]
