"""What a pure decision leads to: the next state and the events that tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.base import Event
from schemas.topics import Topic

S = TypeVar("S")


@dataclass(frozen=True)
class Emission:
    """An event that a state change emits. `correlation_id` is the challenge, else the session."""

    topic: Topic
    event: Event
    tenant: str
    user: str | None
    correlation_id: str
    sequence: int | None = None


@dataclass(frozen=True)
class Change(Generic[S]):
    """The next state and the events of one decision; both are stored in one write."""

    state: S
    emissions: Sequence[Emission] = ()
