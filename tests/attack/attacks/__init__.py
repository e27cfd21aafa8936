"""The attacks, a class a file."""
