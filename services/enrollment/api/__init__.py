"""The HTTP API for platforms: what its calls share."""
