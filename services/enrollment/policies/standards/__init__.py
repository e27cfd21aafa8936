"""What the standards ask, clause by clause, and where it is met."""
