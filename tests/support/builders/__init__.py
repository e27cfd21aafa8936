"""Builders: challenges, events, proofs, keys."""
