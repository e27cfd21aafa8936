"""Challenges as platforms see and answer them."""
