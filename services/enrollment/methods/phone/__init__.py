"""Phones: a code in a text message, or a call."""
