"""Use cases of challenges: ask, submit, wait for the verdict, and what other services say."""
