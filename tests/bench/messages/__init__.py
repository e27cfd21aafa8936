"""Messages and queues: what a text takes, who waits while a provider hangs, how fast a service empties its queue."""
