"""Files of tokens, as manufacturers deliver them."""
