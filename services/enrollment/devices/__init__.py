"""Authenticator apps: activation, requests and signed answers."""
