"""Reports as pure figures."""
