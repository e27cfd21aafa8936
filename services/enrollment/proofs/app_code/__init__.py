"""A one-time code that an app shows by time (RFC 6238)."""
