"""A secret that the person has on paper or was told, and types."""
