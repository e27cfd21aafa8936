"""A model of the core: enrollment's and the verifier's real handlers over documents in memory, with a log between them
that repeats, delays and reorders, and processes that die between any two writes."""
