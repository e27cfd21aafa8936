"""Server-sent events: what becomes of a message and of a proof, while the person looks at the page."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.registry.pages import proof_page
from services.enrollment.needs import CanAwaitVerdicts, HasActivations, HasClock, HasSignals
from services.enrollment.web.streams import Seen, event_stream


class CanFollowActivations(HasActivations, HasClock, HasSignals, Protocol):
    """Follows QR codes."""


def challenge_stream(challenge_id: str, deps: CanAwaitVerdicts) -> AsyncIterator[bytes]:
    """Each change of the challenge as `event: challenge`, until it has ended."""

    async def look(now: datetime) -> Seen | None:
        stored = await deps.challenges.get(challenge_id)
        if stored is None:
            return None
        data = json.dumps(challenge_state(stored.state, now), sort_keys=True)
        return Seen(data, last=stored.state.status_at(now) != "pending")

    return event_stream("challenge", challenge_id, look, signals=deps.signals, clock=deps.clock)


def challenge_state(challenge: Challenge, now: datetime) -> dict[str, object]:
    """What the page shows live."""
    delivery_text = proof_page(challenge).delivery_text
    return {
        "id": challenge.id,
        "status": challenge.status_at(now),
        "delivery": {"state": challenge.delivery.state, "text": delivery_text(challenge, now)},
        "failure": challenge.failure,
        "attemptsLeft": challenge.attempts_left,
        "checking": challenge.pending_submission is not None,
        "resendAt": challenge.resend_at.isoformat(),
        "sendsLeft": challenge.sends_left,
    }


def activation_stream(handle: str, deps: CanFollowActivations) -> AsyncIterator[bytes]:
    """`event: activation` when an app connects or the QR code expires; ends then."""

    async def look(now: datetime) -> Seen | None:
        stored = await deps.activations.get(handle)
        if stored is None:
            return None
        state = stored.state
        connected, expired = state.device_id is not None, state.is_expired(now)
        data = json.dumps({"connected": connected, "deviceName": state.device_name, "expired": expired})
        return Seen(data, last=connected or expired)

    return event_stream("activation", handle, look, signals=deps.signals, clock=deps.clock)
