"""More than one process of each service."""
