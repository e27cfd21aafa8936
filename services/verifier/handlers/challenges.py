"""Open a challenge, end it before its time, and end it when its time is over."""

from functools import partial

import structlog

from schemas.enrollment import ChallengeCancelled, MethodRequested
from schemas.envelope import Envelope
from schemas.verification import ChallengeTerms
from services.kit.clock import Clock
from services.kit.decision import Change
from services.kit.mongo.deadlines import end_each
from services.kit.mongo.document import Stored
from services.verifier.domain import challenge as challenges
from services.verifier.domain.challenge import Challenge, challenge_id
from services.verifier.store import Store

log = structlog.get_logger(__name__)


async def open_challenge(event: MethodRequested, envelope: Envelope, *, store: Store, clock: Clock) -> None:
    """Know a challenge from its request on, so that its end can be told even if nobody answers."""
    user = envelope.subject or ""
    fresh = challenges.opened(event.terms, tenant=envelope.tenant, user=user, at=clock.now())
    stored = await store.challenges.change_or_insert(
        challenge_id(envelope.tenant, fresh.id), fresh, _as_it_is, likely_new=True
    )
    agrees(stored.state, event.terms, user)


async def cancel_challenge(event: ChallengeCancelled, envelope: Envelope, *, store: Store, clock: Clock) -> None:
    """No proof counts from now on. Remembered even where the request is still under way."""
    now, user = clock.now(), envelope.subject or ""
    unseen = challenges.cancelled_unseen(event.challenge_id, tenant=envelope.tenant, user=user, at=now)

    def end(challenge: Challenge) -> Change[Challenge]:
        return challenges.cancel(challenge, at=now) if challenge.user == user else Change(challenge)

    await store.challenges.change_or_insert(challenge_id(envelope.tenant, event.challenge_id), unseen, end)


async def expire_overdue(*, store: Store, clock: Clock) -> int:
    """End open challenges whose time is over; returns how many."""
    now = clock.now()

    async def end(stored: Stored[Challenge]) -> Stored[Challenge] | None:
        return await store.challenges.change(stored.id, partial(challenges.expire, at=now))

    return await end_each(store.overdue(now), end)


def agrees(challenge: Challenge, terms: ChallengeTerms, user: str) -> bool:
    """Whether a record speaks of the challenge as it was opened; one that does not is ignored."""
    if challenge.terms_behind(terms, user) is not None:
        return True
    log.warning("a record with other terms for a known challenge is ignored", challenge=challenge.id)
    return False


def _as_it_is(challenge: Challenge) -> Change[Challenge]:
    return Change(challenge)
