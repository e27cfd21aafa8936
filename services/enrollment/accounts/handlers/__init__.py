"""Use cases of accounts: what people and administrators do with methods on file, and what follows."""
