"""A code that is sent to a number or an address."""
