"""Accounts, sessions and the wizard: what a person sets up, and what the organisation asks for."""
