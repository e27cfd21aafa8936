"""Use cases: take requests, deliver, and note what becomes of a message."""
