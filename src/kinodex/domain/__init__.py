"""Values, ids, states and errors. Imports numpy and the standard library only."""
