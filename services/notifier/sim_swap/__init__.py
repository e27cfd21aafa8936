"""Whether the SIM card of a number was changed a short while ago, asked before a code goes there."""
