"""Email addresses: a code in a mail."""
