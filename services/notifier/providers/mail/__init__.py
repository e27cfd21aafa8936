"""Mail by servers that take it, signed for its domain where there is a key for that."""
