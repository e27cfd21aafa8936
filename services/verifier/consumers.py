"""Events in: which handler takes which."""

from functools import partial

from schemas.enrollment import (
    AccountErased,
    ChallengeCancelled,
    MethodRegistered,
    MethodRemoved,
    MethodRequested,
    MethodRestored,
)
from schemas.topics import LIFECYCLE, REQUESTS, SUBMISSIONS
from services.kit.clock import Clock
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers, Precondition
from services.verifier.handlers import challenges, judging, lifecycle
from services.verifier.methods.registry import Methods, Pace
from services.verifier.store import Store

KEPT_AT_ONCE = 16
"""Registrations that take slow hashes and are begun at the same time: so few that each is over long before its lane
would seem stuck, and that a proof waits for few hashes of others."""


def subscribe(
    broker: EventBroker, *, methods: Methods, store: Store, clock: Clock, group: str, precondition: Precondition
) -> None:
    """One subscription to requests and submissions: within it a person's records are handled one after the other. Two
    to the submissions that take slow hashes, proofs and registrations, so that nobody else waits for these. Others to
    what becomes of the person's methods."""
    taken = _taken(methods, store, clock).after(precondition)

    def at(pace: Pace) -> EventHandlers:
        return taken.only(lambda envelope: methods.pace_of(envelope.event) == pace)

    broker.subscribe([SUBMISSIONS, *REQUESTS.values()], at("quick"), group=group)
    broker.subscribe([SUBMISSIONS], at("slow"), group=f"{group}.slow")
    broker.subscribe([SUBMISSIONS], at("kept"), group=f"{group}.kept", at_once=KEPT_AT_ONCE)
    broker.subscribe([LIFECYCLE], _outcomes(store, clock).after(precondition), group=f"{group}.lifecycle")
    broker.subscribe([LIFECYCLE], _claims(store, clock).after(precondition), group=f"{group}.claims")


def _taken(methods: Methods, store: Store, clock: Clock) -> EventHandlers:
    judge = partial(judging.judge_submission, methods=methods, store=store, clock=clock)
    taken = EventHandlers()
    taken.on(MethodRequested)(partial(challenges.open_challenge, store=store, clock=clock))
    taken.on(ChallengeCancelled)(partial(challenges.cancel_challenge, store=store, clock=clock))
    for submission in methods.submissions:
        taken.on(submission)(judge)
    return taken


def _outcomes(store: Store, clock: Clock) -> EventHandlers:
    taken = EventHandlers()
    taken.on(MethodRemoved)(partial(lifecycle.retire_credential, store=store, clock=clock))
    taken.on(MethodRestored)(partial(lifecycle.revive_credential, store=store))
    taken.on(AccountErased)(partial(lifecycle.erase_person, store=store))
    return taken


def _claims(store: Store, clock: Clock) -> EventHandlers:
    """In a group of its own: a replica of a version that knows no claims shares the other one while versions change,
    and passes over what it gets there. What nobody claims is deleted."""
    taken = EventHandlers()
    taken.on(MethodRegistered)(partial(lifecycle.claim_credential, store=store, clock=clock))
    return taken
