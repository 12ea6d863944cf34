"""Processes of our own: starting one for a job, hearing it, ending it."""
