"""Events in: which handler takes which."""

from functools import partial

from schemas.enrollment import ChallengeCancelled, MethodRequested
from schemas.topics import REQUESTS, SUBMISSIONS
from services.kit.clock import Clock
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers, Requirement
from services.verifier import handlers
from services.verifier.methods.registry import Methods
from services.verifier.store import Store


def subscribe(
    broker: EventBroker, *, methods: Methods, store: Store, clock: Clock, group: str, requirement: Requirement
) -> None:
    """One subscription to requests and submissions: within it a person's records are handled one after the other."""
    judge = partial(handlers.judge_submission, methods=methods, store=store, clock=clock)
    taken = EventHandlers()
    taken.on(MethodRequested)(partial(handlers.open_challenge, store=store, clock=clock))
    taken.on(ChallengeCancelled)(partial(handlers.cancel_challenge, store=store, clock=clock))
    for submission in methods.submissions:
        taken.on(submission)(judge)
    broker.subscribe([SUBMISSIONS, *REQUESTS.values()], taken.after(requirement), group=group)
