"""Methods that a platform registers by the API."""
