"""How challenges are opened, judged and cancelled."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.challenges.domain.verdict import NotYet, Verdict, verdict_of
from services.enrollment.needs import CanAwaitVerdicts, CanEndChallenges, HasChallenges
from services.enrollment.signals import Changed, next_change
from services.kit.clock import monotonic
from services.kit.crypto.sealing import Binding
from services.kit.decision import Change
from services.kit.errors import ChallengeEndedError
from services.kit.mongo.document import DuplicateDocumentError, Stored

LOOK_BACK = timedelta(minutes=1)
"""For messages to the same number that may still be waiting for each other."""

VERDICT_WITHIN = 10.0
"""Seconds that a request waits for the verifier; afterwards the page goes on waiting."""


async def open_challenge(
    challenge: Challenge,
    deps: HasChallenges,
    change: Change[Challenge] | None = None,
    *,
    if_there: Callable[[], Awaitable[None]] | None = None,
) -> Challenge:
    """Store a challenge with its request, or with more (`change`); one that is there already stays as it is, and
    `if_there` is called."""
    opened = change or transitions.opened(await _spaced(challenge, deps))
    try:
        return (await deps.challenges.insert(challenge.id, opened.state, opened.emissions)).state
    except DuplicateDocumentError:
        if if_there:
            await if_there()
        stored = await deps.challenges.get(challenge.id)
        return stored.state if stored else challenge


async def _spaced(challenge: Challenge, deps: HasChallenges) -> Challenge:
    """With when its message goes out, so that the page can say so. Nobody but the notifier holds it up."""
    if challenge.terms.code is None:
        return challenge
    since = challenge.delivery.requested_at - LOOK_BACK
    return transitions.spaced(challenge, await deps.challenges.asked_of(challenge.terms.code.hashes, since))


async def open_submitted(challenge: Challenge, event: Submitted, deps: CanAwaitVerdicts) -> tuple[Challenge, Verdict]:
    """Open and submit in one write, and wait for the verifier's word: for what has nothing to prove."""
    change = transitions.opened_with(challenge, event, at=deps.clock.now())
    async with deps.signals.awaiting(challenge.id) as changed:
        stored = await open_challenge(change.state, deps, change)
        submission = stored.submissions[0].id if stored.submissions else event.submission_id
        return await judged(challenge.id, submission, changed, deps)


async def is_asked_for(challenge: Challenge, deps: HasChallenges) -> bool:
    """Whether the same request came before: what it counted it took then, and it is answered as then."""
    return challenge.sends == 1 and await deps.challenges.get(challenge.id) is not None


async def judged(
    challenge_id: str,
    submission_id: str,
    changed: Changed,
    deps: CanAwaitVerdicts,
    *,
    within: float = VERDICT_WITHIN,
    known: Stored[Challenge] | None = None,
) -> tuple[Challenge, Verdict]:
    """The verdict on a submission as soon as it is there; `changed` is set when something may have happened. `known` is
    the challenge as it was since then. Where as many wait as may, nobody waits any more: `NotYet`.

    Raises:
        ProblemError: `challengeEnded` where the challenge is gone.
    """
    account = None
    stored = known or await deps.challenges.get(challenge_id)
    with deps.signals.place() as has_place:
        deadline = monotonic() + (within if has_place else 0.0)
        while stored is not None:
            submission = stored.state.submission(submission_id)
            verdict = verdict_of(submission.result if submission else stored.state.failure, account)
            if not isinstance(verdict, NotYet) or monotonic() >= deadline:
                return stored.state, verdict
            await next_change(changed)
            stored, account = await _newest(stored, changed, deps)
    raise ChallengeEndedError


async def _newest(
    stored: Stored[Challenge], changed: Changed, deps: HasChallenges
) -> tuple[Stored[Challenge] | None, Account | None]:
    """The challenge as it was told, with the account, if that is news; else as it is read."""
    news = changed.news
    if news and news.challenge.version > stored.version:
        return news.challenge, news.account
    return await deps.challenges.get(stored.id), None


async def cancel_challenge(
    challenge: Challenge | None, reason: Literal["superseded", "cancelled"], deps: CanEndChallenges
) -> None:
    if challenge is None:
        return
    now = deps.clock.now()
    await deps.challenges.change(challenge.id, lambda state: transitions.cancel(state, reason, at=now))


def binding_of(challenge: Challenge) -> Binding:
    return Binding(challenge.tenant, challenge.user, challenge.method_id, challenge.id)
