"""Delivers requests to people through providers, and says what became of each."""
