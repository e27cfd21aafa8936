"""The stand-in for the telephone network: one handset for all numbers, and the providers that reach it."""

import asyncio
import logging
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from deploy.demo.clock import Now
from deploy.demo.handset.callbacks import CallbackFailedError, Callbacks, Errands
from deploy.demo.handset.faults import Faults, Mode
from deploy.demo.handset.shelf import Shelf
from deploy.demo.handset.things import Call, Mail, Text, TextStatus, masked

log = logging.getLogger(__name__)

LAST_FIRST: tuple[TextStatus, ...] = ("delivered", "sent", "queued")
"""The reports of a text, out of order."""


WATCHED_FOR = timedelta(seconds=3)
"""A page asks every 0.7 s."""


@dataclass(frozen=True)
class Pace:
    """How long the network takes, in seconds."""

    to_send: float = 0.15
    to_deliver: float = 0.35
    to_ring: float = 0.3
    until_answered: float = 4.0
    """A call that nobody sees ring is answered by itself after so long."""
    reading_per_character: float = 0.06


@dataclass
class World:
    """Everything that the handset holds and uses."""

    now: Now
    callbacks: Callbacks
    errands: Errands
    pace: Pace = field(default_factory=Pace)
    faults: Faults = field(default_factory=Faults)
    texts: Shelf[Text] = field(default_factory=Shelf)
    calls: Shelf[Call] = field(default_factory=Shelf)
    mails: Shelf[Mail] = field(default_factory=Shelf)
    looked_at: datetime | None = None
    """When a page last asked for news."""

    @property
    def is_watched(self) -> bool:
        """Whether somebody sees it ring, and can answer by hand."""
        return self.looked_at is not None and self.now() - self.looked_at < WATCHED_FOR

    @property
    def version(self) -> int:
        """Grows with every change that a page might show."""
        return self.texts.version + self.calls.version + self.mails.version


def new_sid(kind: str) -> str:
    """An id as Twilio makes them: two letters and 32 hex digits."""
    return f"{kind}{secrets.token_hex(16)}"


def accept_text(world: World, text: Text) -> None:
    """Take a text from its sender and deliver it in the background, unless this provider loses texts."""
    world.texts.put(text)
    if world.faults.of(text.provider).mode is Mode.LOST:
        log.info("%s lost a text to %s, as it was told to", text.provider.value, masked(text.to))
        return
    after = world.faults.of(text.provider).reports_after
    world.errands.start(_deliver(world, text) if after is None else _deliver_and_report_late(world, text, after))


async def _deliver(world: World, text: Text) -> None:
    world.errands.start(_report(world, text))
    await asyncio.sleep(world.pace.to_send)
    _progress(world, text, "sent")
    await asyncio.sleep(world.pace.to_deliver)
    _progress(world, text, "delivered")
    log.info("text through %s delivered to %s", text.provider.value, masked(text.to))


def _progress(world: World, text: Text, status: TextStatus) -> None:
    moved = _moved(world, text, status)
    if moved is not None:
        world.errands.start(_report(world, moved))


async def _deliver_and_report_late(world: World, text: Text, seconds: float) -> None:
    _moved(world, text, "delivered")
    await asyncio.sleep(seconds)
    for status in LAST_FIRST:
        for _ in range(2):
            await _report(world, replace(text, status=status))


def _moved(world: World, text: Text, status: TextStatus) -> Text | None:
    return world.texts.change(text.id, lambda current: replace(current, status=status))


async def _report(world: World, text: Text) -> None:
    """Post the status callback. Apart from the delivery, as in real life: a refused one may come late or never."""
    if text.callback is None:
        return
    parameters = {
        "AccountSid": text.account,
        "ApiVersion": "2010-04-01",
        "From": text.sender,
        "To": text.to,
        "MessageSid": text.id,
        "MessageStatus": text.status,
        "SmsSid": text.id,
        "SmsStatus": text.status,
    }
    try:
        await world.callbacks.send(text.callback, parameters)
    except CallbackFailedError as failure:
        log.warning("status callback %s for a text to %s failed: %s", text.status, masked(text.to), failure)


def clear(world: World, to: str | None) -> None:
    """Empty the handset and the inbox, for one number or address or for all; calls under way go on."""
    world.texts.drop(world.texts.newest_first(lambda text: to in (None, text.to)))
    world.calls.drop(world.calls.newest_first(lambda call: call.ended and to in (None, call.to)))
    world.mails.drop(world.mails.newest_first(lambda mail: to in (None, mail.to)))


def destination(typed: str | None) -> str | None:
    """A number or address from a query, where an unescaped "+" arrives as a blank."""
    if typed is None or not typed.strip():
        return None
    if "@" in typed:
        return typed.strip().replace(" ", "+")
    digits = typed.replace(" ", "").replace("-", "")
    return digits if digits.startswith("+") else f"+{digits}"


def is_number(to: str) -> bool:
    """Whether `to` has the form of an international number (E.164)."""
    return to.startswith("+") and to[1:].isdecimal() and to[1:2] != "0" and 8 <= len(to) - 1 <= 15


def rfc2822(moment: datetime) -> str:
    """A time as Twilio writes it."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")
