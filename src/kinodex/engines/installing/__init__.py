"""Model folders that were brought by name: what there is to bring, where it comes from, what is here."""
