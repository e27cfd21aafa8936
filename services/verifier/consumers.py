"""Events in: which handler takes which."""

from functools import partial
from typing import Any

from schemas.enrollment import ChallengeCancelled, MethodRequested
from schemas.envelope import Envelope
from schemas.topics import REQUESTS, SUBMISSIONS
from services.kit.clock import Clock
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers
from services.verifier import handlers
from services.verifier.methods.registry import Methods
from services.verifier.store import Store


def subscribe(broker: EventBroker, *, methods: Methods, store: Store, clock: Clock, group: str) -> None:
    """One subscription to requests and submissions: within it a person's records are handled one after the other."""
    taken = EventHandlers()
    taken.on(MethodRequested)(partial(handlers.open_challenge, store=store, clock=clock))
    taken.on(ChallengeCancelled)(partial(handlers.cancel_challenge, store=store, clock=clock))

    async def judge(event: Any, envelope: Envelope) -> None:
        await handlers.judge_submission(event, envelope, methods=methods, store=store, clock=clock)

    for submission in methods.submissions:
        taken.on(submission)(judge)
    broker.subscribe([SUBMISSIONS, *REQUESTS.values()], taken, group=group)
