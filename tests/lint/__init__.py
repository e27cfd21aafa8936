"""Invariants of our own that no linter on the market knows; `python -m tests.lint` checks services and schemas.

Each rule is a function from a source to findings; which places a rule leaves out stands beside it, with the reason.
"""
