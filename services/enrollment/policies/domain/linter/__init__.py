"""The policy linter, by what is checked."""
