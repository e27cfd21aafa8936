"""Judges proofs; owns the counters of challenges, authenticators and sessions."""
