"""The authenticator app: push approval with number matching, and one-time codes."""
