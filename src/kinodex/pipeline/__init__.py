"""Indexing: steps that compute. No step stores records, reports to clients or notifies."""
