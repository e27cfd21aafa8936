"""Server-sent events: what becomes of a message and of a proof, while the person looks at the page."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from services.enrollment.domain.challenge import Challenge
from services.enrollment.handlers.desk import Desk
from services.enrollment.signals import next_change
from services.enrollment.wizard.wording import delivery_text

KEEP_ALIVE = timedelta(seconds=15)
STREAM_LIFE = timedelta(minutes=10)


async def challenge_stream(challenge_id: str, desk: Desk) -> AsyncIterator[str]:
    """Each change of the challenge as `event: challenge`, until it has ended."""
    started = last_sent = desk.clock.now()
    shown: str | None = None
    async with desk.signals.awaiting(challenge_id) as told:
        while (now := desk.clock.now()) < started + STREAM_LIFE:
            stored = await desk.store.challenges.get(challenge_id)
            if stored is None:
                return
            message = json.dumps(challenge_state(stored.state, now), sort_keys=True)
            if message != shown:
                shown, last_sent = message, now
                yield f"event: challenge\ndata: {message}\n\n"
            elif now - last_sent > KEEP_ALIVE:
                last_sent = now
                yield ": still here\n\n"
            if stored.state.status_at(now) != "pending":
                return
            await next_change(told)


def challenge_state(challenge: Challenge, now: datetime) -> dict[str, object]:
    """What the page shows live."""
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


async def activation_stream(handle: str, desk: Desk) -> AsyncIterator[str]:
    """`event: activation` when an app connects or the QR code expires; ends then."""
    started, shown = desk.clock.now(), None
    async with desk.signals.awaiting(handle) as told:
        while (now := desk.clock.now()) < started + STREAM_LIFE:
            stored = await desk.store.activations.get(handle)
            if stored is None:
                return
            state = stored.state
            connected, expired = state.device_id is not None, state.is_expired(now)
            message = json.dumps({"connected": connected, "deviceName": state.device_name, "expired": expired})
            if message != shown:
                shown = message
                yield f"event: activation\ndata: {message}\n\n"
            if connected or expired:
                return
            await next_change(told)
