""" "Didn't get it?": what helps where a message or a call does not come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.enrollment.i18n import either, sentences
from services.enrollment.i18n import gettext as _


@dataclass(frozen=True)
class MissingWords:
    """What people overlook where a channel seems silent, and how the page speaks of it."""

    question: str
    went_to: str
    overlooked: tuple[str, ...]
    again: str
    help: str


_PHONE: Final = "/help/phone"
WORDS: Final[Mapping[str, MissingWords]] = {
    "sms": MissingWords(
        question=_("Didn't get it?"),
        went_to=_("The message is for {where}."),
        overlooked=(
            _("Is your phone on, with a signal, and airplane mode off? Texts don't come over Wi-Fi alone."),
            _("Texts from senders whom you don't know may be blocked, or lie in a folder for unknown senders or spam."),
        ),
        again=_("send it again"),
        help=_PHONE,
    ),
    "voice": MissingWords(
        question=_("Didn't get a call?"),
        went_to=_("The call is for {where}."),
        overlooked=(
            _("Is your phone on, with a signal, and airplane mode off?"),
            _("Calls from numbers that you don't know may be silenced or blocked, also by “Do not disturb”."),
        ),
        again=_("ask for another call"),
        help=_PHONE,
    ),
    "email": MissingWords(
        question=_("Didn't get it?"),
        went_to=_("The mail is for {where}."),
        overlooked=(
            _("Look in your spam or junk folder, and under other tabs of your inbox."),
            _("A mail may take a few minutes, and a filter may hold back senders whom you never wrote to."),
        ),
        again=_("send it again"),
        help="/help/email",
    ),
    "whatsapp": MissingWords(
        question=_("Didn't get it?"),
        went_to=_("The message is for {where}."),
        overlooked=(
            _("Is WhatsApp set up with this number? We can't reach you there otherwise."),
            _("Is your phone on and connected to the Internet? Look in WhatsApp itself, also under archived chats."),
        ),
        again=_("send it again"),
        help=_PHONE,
    ),
}
"""By the channel that brings a code."""


@dataclass(frozen=True)
class Missing:
    """The part of a page that opens by itself after `seconds`, 0 where it is open, None where it waits to be asked.
    `to_check` names where the message goes, `ways` what can be done now."""

    question: str
    seconds: int | None
    to_check: str
    ways: str | None
    overlooked: tuple[str, ...]
    help: str

    @property
    def is_open(self) -> bool:
        return self.seconds == 0

    @property
    def said(self) -> str:
        """What is announced when it opens."""
        return sentences(self.question, _("What helps is at the end of this page."))


def missing(
    channel: str, seconds: int | None, masked: str, ways: Sequence[str], *, place: str | None = None, new: bool = False
) -> Missing:
    """What helps. `ways` are further ones than sending again, as the page offers them; `place` is the country of a
    number, `new` whether it was typed a moment ago."""
    words = WORDS[channel]
    # Translators: {country} is the name alone, as in a list.
    where = _("{masked}, a number in {country}").format(masked=masked, country=place) if place else masked
    to_check = words.went_to.format(where=where)
    return Missing(
        question=words.question,
        seconds=seconds,
        to_check=sentences(to_check, _("Is that right?")) if new else to_check,
        ways=_("You can {ways}.").format(ways=either(ways)) if ways else None,
        overlooked=words.overlooked,
        help=words.help,
    )
