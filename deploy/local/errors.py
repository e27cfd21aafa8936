"""How the launcher fails: with one line that names the cause and the remedy."""


class StackError(Exception):
    """The stack cannot do what was asked; the message says why and what to do."""


class PortTakenError(StackError):
    """Another process listens on a port that a part needs."""


class AlreadyUpError(StackError):
    """Another launcher holds the same home."""
