"""Documents, their outbox and its relay, deadlines."""
