"""Challenges as frozen states and pure decisions."""
