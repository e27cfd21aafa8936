"""How often a device may be asked while nobody approves: against push bombing by whoever has the password.

A request counts when it is asked for, so that silence needs no news to count; an approval, or another proof by the same
device, forgets all that was asked before it, and a proof by another method what its own session asked.
Source: OWASP ASVS 5.0, 6.6.4; MITRE ATT&CK T1621.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.enrollment.devices.domain import AskedRequest, Device
from services.kit.decision import Change
from services.kit.errors import DeviceRestsError

UNAPPROVED_WAITS = (
    timedelta(),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""From the first, the second … request in a row that nobody approved to the next one; then twice as long each time. So
five come in the first hour, and a person who lost a page gets the next one at once."""

DENIED_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))
"""From the first, the second … denial in a row to the next request; then twice as long each time."""

DENIALS_TO_PAUSE = len(DENIED_WAITS)
"""So many in a row are no mistake any more: the person is told."""

LONGEST = timedelta(hours=12)
FORGOTTEN_AFTER = timedelta(hours=24)
"""How long after the newest request all of them are forgotten."""

MOST_REMEMBERED = 20
"""Requests that a device remembers; long before, waits are the longest."""


def ask(device: Device, challenge_id: str, *, at: datetime, session_id: str | None = None) -> Change[Device]:
    """Count one request more; the same one again changes nothing.

    Raises:
        ProblemError: `sendLimitReached`, with the wait.
    """
    if any(request.challenge_id == challenge_id for request in device.asked):
        return Change(device)
    if until := rests_until(device, at):
        seconds = int((until - at).total_seconds()) + 1
        raise DeviceRestsError.retry_after(
            seconds, "The person did not approve the last requests to this device; wait, or use another method."
        )
    asked = (*_remembered(device, at), AskedRequest(challenge_id=challenge_id, session_id=session_id, at=at))
    return Change(device.model_copy(update={"asked": asked[-MOST_REMEMBERED:]}))


def denied(device: Device, challenge_id: str, *, at: datetime) -> Change[Device]:
    """The person said no. Of a request that is not remembered nothing follows."""
    asked = tuple(
        request.model_copy(update={"denied_at": request.denied_at or at})
        if request.challenge_id == challenge_id
        else request
        for request in device.asked
    )
    return Change(device.model_copy(update={"asked": asked}))


def approved(device: Device, *, asked_at: datetime) -> Change[Device]:
    """Who holds the device proved it for what was asked at that moment: nothing before it counts any more."""
    later = tuple(request for request in device.asked if request.at > asked_at)
    return Change(device.model_copy(update={"asked": later}))


def proven_otherwise(device: Device, session_id: str) -> Change[Device]:
    """The session that asked was the person's: they proved it there by another method. What others asked still
    counts."""
    others = tuple(request for request in device.asked if request.session_id != session_id)
    return Change(device.model_copy(update={"asked": others}))


def rests_until(device: Device, now: datetime) -> datetime | None:
    """When the device may be asked again; None if it may now."""
    asked = _remembered(device, now)
    if not asked:
        return None
    until = asked[-1].at + _wait(UNAPPROVED_WAITS, len(asked))
    if denials := sorted(request.denied_at for request in asked if request.denied_at):
        until = max(until, denials[-1] + _wait(DENIED_WAITS, len(denials)))
    return until if until > now else None


def is_paused(device: Device, now: datetime) -> bool:
    """Whether it rests after so many denials that they were no mistake."""
    denials = sum(1 for request in device.asked if request.denied_at)
    return denials >= DENIALS_TO_PAUSE and rests_until(device, now) is not None


def _remembered(device: Device, now: datetime) -> tuple[AskedRequest, ...]:
    is_old = not device.asked or now >= device.asked[-1].at + FORGOTTEN_AFTER
    return () if is_old else device.asked


def _wait(waits: Sequence[timedelta], count: int) -> timedelta:
    """After so many in a row."""
    if count <= len(waits):
        return waits[count - 1]
    return min(waits[-1] * (1 << (count - len(waits))), LONGEST)
