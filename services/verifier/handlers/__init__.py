"""Use cases: free functions that say what happens, in the words of the domain."""
