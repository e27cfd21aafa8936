"""Passkeys (WebAuthn Level 3)."""
