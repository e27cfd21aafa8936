"""What is done with hardware tokens."""
