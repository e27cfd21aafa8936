"""`make faults`: what the product promises to survive, tried on the real broker and database."""
