"""What a broker remembers of the questions for records (KIP-227), so that only what changed is asked and answered.

aiokafka 0.14 has no such sessions: it names all partitions each time, and reads of each that there is nothing.
"""

from collections.abc import Iterable
from typing import Any

from aiokafka.protocol.fetch import FetchRequest

SINCE_VERSION = 7
WITH_LEADER_EPOCH, WITH_RACK = 9, 11
MOST = 2**31 - 1
"""After so many questions they are counted from 1 again."""

Place = tuple[str, int]
Asked = tuple[int, int]
"""From which offset, and how many bytes at most."""


class Session:
    """Of one broker. The first question is whole, and so is each after a failure."""

    def __init__(self) -> None:
        self._id = 0
        self._epoch = 0
        self._known: dict[Place, Asked] = {}
        self._asked: dict[Place, Asked] = {}

    def ask(self, request: FetchRequest) -> FetchRequest:
        """The same question, in so few words as the broker needs."""
        self._asked = {
            (topic, partition): (offset, most)
            for topic, partitions in request.topics
            for partition, offset, most in partitions
        }
        new = [
            (topic, partition, *asked)
            for (topic, partition), asked in self._asked.items()
            if self._known.get((topic, partition)) != asked
        ]
        return _InSession(request, self._id, self._epoch, new, self._known.keys() - self._asked.keys())

    def heard(self, answer: Any) -> None:
        """The broker has answered; one that refuses, or keeps no session, is asked the whole again."""
        if getattr(answer, "error_code", 0) or not getattr(answer, "session_id", 0):
            self.forget()
            return
        self._id = answer.session_id
        self._epoch = self._epoch % MOST + 1
        self._known = self._asked

    def forget(self) -> None:
        """What the broker knows is not certain. It gives the old session up as soon as it is asked the whole."""
        self._epoch = 0
        self._known = {}


class _InSession(FetchRequest):  # type: ignore[misc]  # aiokafka has no types
    def __init__(
        self,
        request: FetchRequest,
        session: int,
        epoch: int,
        new: Iterable[tuple[str, int, int, int]],
        forgotten: Iterable[Place],
    ) -> None:
        self.__dict__.update(vars(request))
        self._session = session, epoch
        self._new = new
        self._forgotten = forgotten

    def build(self, request_struct_class: Any) -> Any:
        version = request_struct_class.API_VERSION
        if version < SINCE_VERSION:
            return super().build(request_struct_class)
        leader_epoch = (-1,) if version >= WITH_LEADER_EPOCH else ()
        asked: dict[str, list[tuple[int, ...]]] = {}
        for topic, partition, offset, most in self._new:
            asked.setdefault(topic, []).append((partition, *leader_epoch, offset, -1, most))
        forgotten: dict[str, list[int]] = {}
        for topic, partition in self._forgotten:
            forgotten.setdefault(topic, []).append(partition)
        rack = (self._rack_id,) if version >= WITH_RACK else ()
        limits = (-1, self._max_wait_ms, self._min_bytes, self._max_bytes, self._isolation_level)
        return request_struct_class(*limits, *self._session, list(asked.items()), list(forgotten.items()), *rack)
