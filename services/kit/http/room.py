"""Room for connections: how many one process holds open at once, and who leaves where there is none.

A proxy in front does the same; nobody is obliged to have one.
"""

import resource
from typing import Final, Protocol

MOST_CONNECTIONS: Final = 8192
SPARE_FILES: Final = 256
"""Of those that the process may have open: the database's and Kafka's connections, what is read and written."""


class Connection(Protocol):
    """A client's, as far as there must be room for it."""

    def leave(self) -> None:
        """Close it, so that another one has its place."""


class Room:
    """All connections of a process but those to its management port. Those whose client has not said all it wants are
    `waiting`: they can be closed, and nothing that is under way is lost."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}

    def enter(self, connection: Connection) -> bool:
        """Whether there is a place. Where all are taken, who has been waited for the longest leaves."""
        if len(self._held) >= self.most:
            longest = next(iter(self._waiting), None)
            if longest is None:
                return False
            self.forget(longest)
            longest.leave()
        self._held.add(connection)
        self.wait_for(connection)
        return True

    def wait_for(self, connection: Connection) -> None:
        """It is the client's turn from now on."""
        if connection in self._held:
            self._waiting.pop(connection, None)
            self._waiting[connection] = None

    def serve(self, connection: Connection) -> None:
        """It is ours."""
        self._waiting.pop(connection, None)

    def forget(self, connection: Connection) -> None:
        self._held.discard(connection)
        self._waiting.pop(connection, None)


def as_many_as_files_allow() -> int:
    """How many connections there is room for. The process takes as many files as it may have for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(soft // 2, soft - SPARE_FILES) if soft < wanted else MOST_CONNECTIONS
