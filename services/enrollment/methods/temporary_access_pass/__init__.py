"""Temporary Access Passes: what an administrator hands out."""
