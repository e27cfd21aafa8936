"""What is done to a running stack, a module for each kind."""
