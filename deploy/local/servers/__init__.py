"""The broker and the database of the local stack."""
