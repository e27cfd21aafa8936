"""What an organisation asks of its groups."""
