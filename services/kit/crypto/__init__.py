"""Keys, sealing, codes, and what devices sign."""
