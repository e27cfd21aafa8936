"""Accounts as frozen states and pure decisions."""
