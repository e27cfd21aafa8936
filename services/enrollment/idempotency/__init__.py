"""`Idempotency-Key`: a POST that is repeated gets its first response."""
