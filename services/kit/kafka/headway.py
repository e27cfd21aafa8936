"""Whether a consumer gets on: its tasks run, and what it fetches leads it further.

The client restarts nothing: a task of it that ended is silent, and a batch that it cannot read is fetched again for
ever. Its tasks and positions are not public; this module alone knows where aiokafka 0.14 has them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from services.kit.kafka.record import Partition

if TYPE_CHECKING:
    import asyncio

    from aiokafka import AIOKafkaConsumer

STANDS_STILL_AFTER = 120.0
SILENT_AFTER = 30.0
"""Kafka may answer so rarely without being away: the longest pause of a consumer that cannot read is 15 s."""


@dataclass(frozen=True)
class Reading:
    """A partition at one moment: the next offset to read, the end as Kafka told it last, the stamp of that answer."""

    position: int
    end: int
    answered: int | None

    @property
    def waiting(self) -> int:
        """Records that are not read yet."""
        return max(self.end - self.position, 0)


@dataclass(frozen=True)
class _Standing:
    reading: Reading
    since: float
    """When it began to be where it is, with Kafka answering."""
    heard: float
    """When the stamp of the last answer was seen first."""


class Headway:
    """Which partitions stand still: Kafka answers for them again and again, they have records, and nothing is read.

    While Kafka is away nothing stands still, nor does an idle consumer, one that rests, or one whose lanes are full.
    """

    def __init__(self, within: float = STANDS_STILL_AFTER) -> None:
        self._within = within
        self._known: dict[Partition, _Standing] = {}

    def note(self, readings: Mapping[Partition, Reading], at: float) -> None:
        """What is seen now; `at` are seconds of a monotonic clock. Partitions that are absent are forgotten."""
        self._known = {place: _noted(self._known.get(place), reading, at) for place, reading in readings.items()}

    def standing(self, at: float) -> list[Partition]:
        return [place for place, known in self._known.items() if at - known.since > self._within]


def _noted(before: _Standing | None, reading: Reading, at: float) -> _Standing:
    if before is None or not reading.waiting or reading.position != before.reading.position:
        return _Standing(reading, since=at, heard=at)
    if reading.answered != before.reading.answered:
        return _Standing(reading, since=before.since, heard=at)
    return replace(before, since=at) if at - before.heard > SILENT_AFTER else before


def readings(consumer: "AIOKafkaConsumer") -> dict[Partition, Reading]:
    """All partitions of the consumer that are read at present."""
    subscription = consumer._subscription.subscription  # noqa: SLF001
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None:
        return {}
    states = {(place.topic, place.partition): assignment.state_value(place) for place in assignment.tps}
    return {
        place: Reading(state.position, state.highwater or 0, state.timestamp)
        for place, state in states.items()
        if state.has_valid_position and not state.paused
    }


def has_ended(consumer: "AIOKafkaConsumer", loops: "Iterable[asyncio.Task[Any]]") -> bool:
    """Whether a task is over without which nothing is consumed: fetching, coordination, or all FastStream's loops."""
    coordinator = consumer._coordinator  # noqa: SLF001
    names = ("_coordination_task", "_reset_committed_task")
    tasks = [consumer._fetcher._fetch_task, *(getattr(coordinator, name, None) for name in names)]  # noqa: SLF001
    return any(task is not None and task.done() for task in tasks) or all(loop.done() for loop in loops)
