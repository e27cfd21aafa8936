"""Hardware tokens: their rules, how one is described, and the stock of them."""
