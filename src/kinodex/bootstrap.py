"""Composition root: settings in, use cases out; the only file that names concrete adapters."""
