"""What the Makefile calls, a file a command."""
