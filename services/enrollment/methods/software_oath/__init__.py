"""A different authenticator app: one-time codes by time (RFC 6238)."""
