"""Help pages, for whoever asks."""
