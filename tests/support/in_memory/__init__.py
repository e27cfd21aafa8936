"""Services and documents in memory."""
