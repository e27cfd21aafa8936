"""A consumer that fails when it is told to, and what became of its records."""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.enrollment import EnrollmentStepReached
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE, Topic
from services.kit.kafka.broker import EventBroker, EventHandlers
from services.kit.kafka.dead_letters import DeadLetter
from services.kit.kafka.replay import list_dead_letters
from services.kit.settings import ServiceSettings
from tests.support.servers.kafka import event_broker
from tests.support.waiting import until


@dataclass
class Flaky:
    """Notes what it handles; fails for user `bad` as often as it is told to."""

    fails: int = 0
    error: Callable[[], Exception] = lambda: ValueError("no")
    tries: int = 0

    def __post_init__(self) -> None:
        self.users: list[str | None] = []
        self.ids: list[str] = []
        self.handlers = EventHandlers()
        self.handlers.on(EnrollmentStepReached)(self._handle)

    async def _handle(self, _: EnrollmentStepReached, envelope: Envelope) -> None:
        if envelope.subject == "bad":
            self.tries += 1
            if self.tries <= self.fails:
                raise self.error()
        self.users.append(envelope.subject)
        self.ids.append(envelope.id)


def consumer(
    settings: ServiceSettings, flaky: Flaky, topics: tuple[Topic, ...] = (LIFECYCLE,), group: str = "g"
) -> EventBroker:
    """A member of a group."""
    broker = event_broker(settings)
    broker.subscribe(topics, flaky.handlers, group=group)
    return broker


async def letters(settings: ServiceSettings) -> list[DeadLetter]:
    """All dead letters that are kept."""
    return [letter async for letter in list_dead_letters(settings)]


async def until_letters(settings: ServiceSettings, count: int) -> None:
    """Wait until there are so many dead letters."""

    async def enough() -> bool:
        return len(await letters(settings)) == count

    await until(enough)


def headers_of(event: Envelope, **changed: bytes | None) -> list[tuple[str, bytes | None]]:
    """Its headers, some of them changed."""
    known: dict[str, bytes | None] = {**dict(event.headers), **changed}
    return list(known.items())
