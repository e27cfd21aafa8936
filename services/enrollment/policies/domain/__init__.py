"""Policies as data, what they ask of a person, and the linter."""
