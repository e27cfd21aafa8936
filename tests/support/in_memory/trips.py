"""Counts round trips to the database: every command that the driver sends, and on whose behalf."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from pymongo import monitoring

WRITES = frozenset({"insert", "update", "delete", "findAndModify"})


@dataclass(frozen=True)
class Trip:
    """One command: who sent it, what it does, to which collection."""

    who: str
    command: str
    collection: str

    @property
    def is_write(self) -> bool:
        """Whether it changes a document."""
        return self.command in WRITES

    def __str__(self) -> str:
        return f"{self.who}: {self.command} {self.collection}"


_WHO: ContextVar[str] = ContextVar("who")
_SENT: ContextVar[list[Trip]] = ContextVar("sent")


class _Listener(monitoring.CommandListener):
    """Is called by whoever sends the command, with their context."""

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        sent, who = _SENT.get(None), _WHO.get(None)
        if sent is not None and who is not None:
            sent.append(Trip(who, event.command_name, str(event.command.get(event.command_name))))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Counted when it began."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Counted when it began."""


monitoring.register(_Listener())  # for clients that are made from now on; the driver has no way to take it back


@contextmanager
def counting() -> Iterator[list[Trip]]:
    """The trips that are made from within, and from tasks that begin there, in their order."""
    sent: list[Trip] = []
    token = _SENT.set(sent)
    try:
        yield sent
    finally:
        _SENT.reset(token)


@contextmanager
def on_behalf_of(who: str) -> Iterator[None]:
    """Whose trips those are that are made from within."""
    token = _WHO.set(who)
    try:
        yield
    finally:
        _WHO.reset(token)
