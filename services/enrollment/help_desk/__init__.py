"""What an agent of the help desk does for people (ADR 0035)."""
