"""The help desk: a person is found, and helped back in (ADR 0035)."""
