"""Events in: which handler takes which."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from schemas.enrollment import ChallengeCancelled, MethodRequested
from schemas.envelope import Envelope
from schemas.topics import REQUESTS, SUBMISSIONS
from services.kit.clock import Clock
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers, Handler
from services.verifier import handlers
from services.verifier.methods.registry import Methods
from services.verifier.store import Store

Requirement = Callable[[], Awaitable[None]]
"""Raises an error of a dependency while events cannot be handled."""


def subscribe(
    broker: EventBroker, *, methods: Methods, store: Store, clock: Clock, group: str, requirement: Requirement
) -> None:
    """One subscription to requests and submissions: within it a person's records are handled one after the other."""
    judge = partial(handlers.judge_submission, methods=methods, store=store, clock=clock)
    taken = EventHandlers()
    taken.on(MethodRequested)(_after(requirement, partial(handlers.open_challenge, store=store, clock=clock)))
    taken.on(ChallengeCancelled)(_after(requirement, partial(handlers.cancel_challenge, store=store, clock=clock)))
    for submission in methods.submissions:
        taken.on(submission)(_after(requirement, judge))
    broker.subscribe([SUBMISSIONS, *REQUESTS.values()], taken, group=group)


def _after(requirement: Requirement, handler: Handler[Any]) -> Handler[Any]:
    async def handle(event: Any, envelope: Envelope) -> None:
        await requirement()
        await handler(event, envelope)

    return handle
