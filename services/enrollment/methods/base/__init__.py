"""What a method must say of itself, layer by layer."""
