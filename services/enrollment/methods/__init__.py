"""Authentication methods: one folder each."""
