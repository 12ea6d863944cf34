"""The other way in: takes jobs, calls use cases, decides what is tried again."""
