"""Mutation testing of the pure domain: mutmut changes it, the unit tests should notice."""
