"""Server-sent events: what becomes of a message and of a proof, while the person looks at the page."""

from datetime import datetime
from typing import Protocol

from fastapi import Request, Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import to_json
from services.enrollment.methods.registry.pages import proof_page
from services.enrollment.needs import HasAccounts, HasActivations, HasChallenges
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.request import PageRequest
from services.enrollment.web.streams import MayFollow, Seen, Watched, open_stream
from services.kit.errors import SessionEndedError
from services.kit.http.client import address_of
from services.kit.http.places import Holder


class CanFollowChallenges(HasAccounts, HasChallenges, Protocol):
    """Follows what a session asks."""


class CanFollowActivations(HasAccounts, HasActivations, Protocol):
    """Follows QR codes."""


def live(page: PageRequest, request: Request, watched: Watched) -> Response:
    """What a page of a session follows. Raises `sessionEnded`, `rateLimited`, `unavailable`."""
    session = page.principal.session
    if not session.is_followed(page.deps.clock.now()):
        raise SessionEndedError
    return open_stream(watched, Holder("session", session.id), address_of(request), page.deps)


def challenge_of_page(principal: Principal, challenge_id: str, deps: CanFollowChallenges) -> Watched:
    """Each change of the challenge as `event: challenge`, until it has ended, or the session has."""

    async def look(now: datetime) -> Seen | None:
        stored = await deps.challenges.get(challenge_id)
        if stored is None:
            return None
        data = to_json(challenge_state(stored.state, now), sort_keys=True)
        return Seen(data, last=stored.state.status_at(now) != "pending")

    return Watched("challenge", challenge_id, look, _while_open(principal, deps))


def challenge_state(challenge: Challenge, now: datetime) -> dict[str, object]:
    """What the page shows live."""
    return {
        "id": challenge.id,
        "status": challenge.status_at(now),
        "delivery": proof_page(challenge).told(challenge, now).news,
        "failure": challenge.failure,
        "reported": challenge.reported,
        "superseded": challenge.superseded,
        "attemptsLeft": challenge.attempts_left,
        "checking": challenge.pending_submission is not None,
        "resendAt": challenge.resend_at.isoformat(),
        "sendsLeft": challenge.sends_left,
    }


def activation_of_page(principal: Principal, handle: str, deps: CanFollowActivations) -> Watched:
    """`event: activation` when an app connects or the QR code expires; ends then, or with the session."""

    async def look(now: datetime) -> Seen | None:
        stored = await deps.activations.get(handle)
        if stored is None:
            return None
        state = stored.state
        connected, expired = state.device_id is not None, state.is_expired(now)
        data = to_json({"connected": connected, "deviceName": state.device_name, "expired": expired})
        return Seen(data, last=connected or expired)

    return Watched("activation", handle, look, _while_open(principal, deps))


def _while_open(principal: Principal, deps: HasAccounts) -> MayFollow:
    async def may_follow(now: datetime) -> bool:
        stored = await deps.accounts.get(principal.account_id)
        session = stored.state.session(principal.session.id) if stored else None
        return session is not None and session.is_followed(now)

    return may_follow
