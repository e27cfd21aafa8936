"""Hardware tokens: their stock, who has which, and how one is set up."""
