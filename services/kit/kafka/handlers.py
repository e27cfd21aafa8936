"""Which handler takes which event."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence, Set
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from schemas.base import Event
from schemas.envelope import Envelope
from services.kit.kafka.policy import is_dependency_down

E = TypeVar("E", bound=Event)
Handler = Callable[[E, Envelope], Awaitable[None]]
"""Takes an event and its envelope. Must bear being called again with the same `envelope.id`."""

Awaited = Callable[[str], bool]
"""Whether anybody here waits for what has this correlation id."""

Precondition = Callable[[], Awaitable[None]]
"""Raises an error of a dependency while no event can be handled."""


class EventHandlers:
    """The handlers of one subscription, one for an event type.

    Types that nobody registered are skipped and counted.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, Handler[Any]] = {}
        self.wants: Callable[[Envelope], bool] = _all_are_wanted
        """Whether it is worth to begin with an event at all; what is not wanted its handler passes over as well."""

    def on(self, event: type[E]) -> Callable[[Handler[E]], Handler[E]]:
        """Register the decorated function for `event`.

        Raises:
            ValueError: `event` has a handler already.
        """

        def register(handler: Handler[E]) -> Handler[E]:
            if event.__name__ in self._handlers:
                raise ValueError(f"{event.__name__} has a handler already")
            self._handlers[event.__name__] = handler
            return handler

        return register

    def find(self, event_type: str) -> Handler[Any] | None:
        return self._handlers.get(event_type)

    def types(self) -> Set[str]:
        """What it has handlers for."""
        return self._handlers.keys()

    def only(self, wanted: Callable[[Envelope], bool]) -> "EventHandlers":
        """The same handlers for the events that are wanted at the moment they arrive; others are skipped."""
        chosen = self._each(lambda handler: _if_wanted(handler, wanted))
        chosen.wants = wanted
        return chosen

    @classmethod
    def together(cls, *parts: "EventHandlers") -> "EventHandlers":
        """The handlers of all parts in one subscription, which reads and commits a record once. Each that an event has
        is called, whether those before it fail or not; then the record is tried again with all of them."""
        joined = cls()
        for event_type in {name for part in parts for name in part.types()}:
            joined._handlers[event_type] = _all([h for part in parts if (h := part.find(event_type))])
        return joined

    def one_at_a_time(self) -> "EventHandlers":
        """The same handlers for two subscriptions of this process that read the same: of an event that both have at
        once, one handles it, and the other after it, so that it finds it handled. Without it both did all of the work,
        and one of them lost each race to write."""
        locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        return self._each(lambda handler: _alone(handler, locks))

    def after(self, precondition: Precondition) -> "EventHandlers":
        """The same handlers, each after `precondition`: while that raises an error of a dependency, events wait."""
        return self._each(lambda handler: _after(precondition, handler))

    def _each(self, around: Callable[[Handler[Any]], Handler[Any]]) -> "EventHandlers":
        made = EventHandlers()
        made._handlers = {event_type: around(handler) for event_type, handler in self._handlers.items()}
        return made


def _all_are_wanted(_: Envelope) -> bool:
    return True


def _all(handlers: Sequence[Handler[Any]]) -> Handler[Any]:
    async def handle(event: Any, envelope: Envelope) -> None:
        failures: list[Exception] = []
        for handler in handlers:
            try:
                await handler(event, envelope)
            except Exception as error:  # noqa: BLE001 # raised below, once the others had their turn
                failures.append(error)
        if failures:
            # While one waits for a dependency the record waits, so that nothing of it is given up meanwhile.
            raise next(filter(is_dependency_down, failures), failures[0])

    return handle


def _after(precondition: Precondition, handler: Handler[Any]) -> Handler[Any]:
    async def handle(event: Any, envelope: Envelope) -> None:
        await precondition()
        await handler(event, envelope)

    return handle


def _alone(handler: Handler[Any], locks: WeakValueDictionary[str, asyncio.Lock]) -> Handler[Any]:
    async def handle(event: Any, envelope: Envelope) -> None:
        async with locks.setdefault(envelope.id, asyncio.Lock()):
            await handler(event, envelope)

    return handle


def _if_wanted(handler: Handler[Any], wanted: Callable[[Envelope], bool]) -> Handler[Any]:
    async def handle(event: Any, envelope: Envelope) -> None:
        if wanted(envelope):
            await handler(event, envelope)

    return handle
