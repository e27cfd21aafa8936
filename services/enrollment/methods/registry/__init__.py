"""Which methods there are: one line each, layer by layer."""
