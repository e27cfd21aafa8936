"""The words of a code that a message or a call brings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import ngettext_lazy, seconds, sentences
from services.enrollment.proofs.sent_code.failures import failure_of, otherwise_of
from services.enrollment.web.views import MessageState, Told
from services.enrollment.web.words import PATIENCE, masked_destination, no_more_messages, not_accepted
from services.kit.errors import (
    AttemptsExhaustedError,
    AuthenticatorDisabledError,
    CodeExpiredError,
    CodeIncorrectError,
    CodeMalformedError,
    MethodCoolingDownError,
    ProblemError,
    ResendTooSoonError,
    SendLimitReachedError,
)

CALL_TOO_SOON: Final = _("You can ask for another call in {seconds}.")
SLOW: Final = _(
    "This is taking longer than usual: your message hasn't gone out yet. You can wait here, or choose another way."
)
SLOW_CALL: Final = _(
    "This is taking longer than usual: we aren't calling you yet. You can wait here, or choose another way."
)
WAITS: Final = _("{where} got a message a moment ago. Yours goes out in a few seconds.")
CALL_WAITS: Final = _("{where} got a message or a call a moment ago. We call you in a few seconds.")


@dataclass(frozen=True)
class Known:
    """What is said of a message in a state, and, once it has lasted `after`, what is said then. None is as long as the
    policy lets it take to arrive."""

    text: str
    after: timedelta | None = timedelta()
    later: str = ""
    later_state: MessageState = "unknown"


READING: Final = timedelta(seconds=45)
"""As long as a call reads out a code, and again."""

_QUEUED: Final = _("We are sending a {digits}-digit code to {where}.")
_SENT: Final = _("We sent a {digits}-digit code to {where}.")
_CALLING: Final = _("We are calling {where}. Answer and listen: the call reads out a {digits}-digit code.")
TEXTED: Final[Mapping[str, Known]] = {
    "queued": Known(_QUEUED, PATIENCE, SLOW, "queued"),
    "sent": Known(
        _SENT,
        None,
        _("We sent your code to {where}, but haven't heard that it arrived. Send it again, or choose another way."),
    ),
    "delivered": Known(_("The message with your {digits}-digit code arrived at {where}.")),
}
MAILED: Final[Mapping[str, Known]] = {
    **TEXTED,
    "sent": Known(
        _SENT, None, _("We sent your code to {where}. Not there? Look in your spam folder, or send it again."), "sent"
    ),
}
READ_OUT: Final[Mapping[str, Known]] = {
    "queued": Known(_CALLING, PATIENCE, SLOW_CALL, "queued"),
    "sent": Known(
        _CALLING,
        READING,
        _("We called {where}, but haven't heard that anybody answered. Ask for another call."),
    ),
    "delivered": Known(
        _("You answered the call to {where}. It reads out a {digits}-digit code."),
        READING,
        _("You answered the call to {where}. If you missed the code, ask for another call."),
        "delivered",
    ),
}
BY_WHATSAPP: Final[Mapping[str, Known]] = {
    **TEXTED,
    "queued": Known(_("We are sending a {digits}-digit code to {where} by WhatsApp."), PATIENCE, SLOW, "queued"),
    "sent": Known(
        _("We sent a {digits}-digit code to {where} by WhatsApp."),
        None,
        _("We sent your code by WhatsApp, but haven't heard that it arrived. Send it again, or choose another way."),
    ),
}
KNOWN: Final[Mapping[str, Mapping[str, Known]]] = {"voice": READ_OUT, "email": MAILED, "whatsapp": BY_WHATSAPP}
"""By the channel; a text where there is none."""


@dataclass(frozen=True)
class ChannelWords:
    """How the page of a code speaks of what brought it. `{seconds}` is filled in by the script."""

    icon: str
    look: str
    again: str
    too_soon: str
    again_now: str
    none_left: str
    over: str
    anew: str


_MESSAGE: Final = ChannelWords(
    icon="message",
    look=_("See what became of the message"),
    again=_("Resend"),
    too_soon=_("You can ask for another message in {seconds}."),
    again_now=_("You can ask for another message now."),
    none_left=_("We can't send more messages for this code."),
    over=_("This code can't be used any more. We can send you a new one."),
    anew=_("Send a new code"),
)
_CALL: Final = ChannelWords(
    icon="ring",
    look=_("See what became of the call"),
    again=_("Call again"),
    too_soon=CALL_TOO_SOON,
    again_now=_("You can ask for another call now."),
    none_left=_("We can't call again for this code."),
    over=_("This code can't be used any more. We can call you with a new one."),
    anew=_("Call me with a new code"),
)
CHANNELS: Final[Mapping[str, ChannelWords]] = {
    "sms": _MESSAGE,
    "voice": _CALL,
    "email": replace(_MESSAGE, icon="mail"),
    "whatsapp": _MESSAGE,
}
"""By the channel that brings a code."""


WRONG: Final = ngettext_lazy(
    "That code isn't right. Check the newest message; {number} try left.",
    "That code isn't right. Check the newest message; {number} tries left.",
)
VALID_FOR: Final = ngettext_lazy(
    "{digits} digits, valid for {number} more minute.", "{digits} digits, valid for {number} more minutes."
)
WRONG_OF_CALL: Final = ngettext_lazy(
    "That code isn't right. Type the one from the newest call; {number} try left.",
    "That code isn't right. Type the one from the newest call; {number} tries left.",
)


def told(challenge: Challenge, now: datetime) -> Told:
    """What is known of the newest message."""
    texts, waits = KNOWN.get(challenge.channel, TEXTED), CALL_WAITS if challenge.channel == "voice" else WAITS
    return told_of(texts, challenge, now, waits=waits, digits=digits_of(challenge))


def told_of(texts: Mapping[str, Known], challenge: Challenge, now: datetime, *, waits: str, **places: object) -> Told:
    """The text for what became of a message or a call; `waits` where it does not go out yet."""
    where, delivery, help_in = masked_destination(challenge), challenge.delivery, help_in_of(challenge, now)
    if delivery.state == "failed":
        return Told("failed", str(failure_of(challenge)), help_in=help_in)
    known = texts[delivery.state if delivery.state != "unknown" else "sent"]
    lasting = replace(_lasting(known, challenge, now, where=where, **places), help_in=help_in)
    return replace(lasting, text=waits.format(where=where)) if delivery.waits(now) else lasting


def help_in_of(challenge: Challenge, now: datetime) -> int | None:
    """Seconds until the page says what helps, 0 where it does so at once."""
    due = challenge.overdue_at
    return None if due is None else max(0, math.ceil((due - now).total_seconds()))


def _lasting(known: Known, challenge: Challenge, now: datetime, **places: object) -> Told:
    """That, or what is said instead once it has lasted."""
    delivery, text = challenge.delivery, known.text.format(**places)
    state: MessageState = delivery.state
    if not known.later:
        return Told(state, text)
    after = timedelta(seconds=challenge.patience.arrival) if known.after is None else known.after
    later, left = Told(known.later_state, known.later.format(**places)), delivery.since + after - now
    return later if left < timedelta() else Told(state, text, math.ceil(left.total_seconds()), later)


def code_problem(problem: type[ProblemError], challenge: Challenge) -> str:
    """Why a code was not accepted, beside its field."""
    otherwise = otherwise_of(challenge)
    texts: Mapping[type[ProblemError], str] = {
        CodeMalformedError: _("Enter the {digits} digits of the code.").format(digits=digits_of(challenge)),
        CodeIncorrectError: WRONG.of(challenge.attempts_left),
        CodeExpiredError: _("That code has expired. We can send you a new one."),
        AttemptsExhaustedError: sentences(_("Too many wrong codes."), otherwise.ask_or_use),
        MethodCoolingDownError: sentences(_("There were too many wrong codes."), otherwise.wait_or_use),
        AuthenticatorDisabledError: sentences(_("There were too many wrong codes."), otherwise.use),
        SendLimitReachedError: sentences(_("We can't send more messages for this code."), otherwise.use_or_later),
    }
    return not_accepted(problem, texts)


def resend_problem(problem: ProblemError, challenge: Challenge) -> str:
    """Why no further message was sent."""
    if isinstance(problem, ResendTooSoonError):
        return _MESSAGE.too_soon.format(seconds=seconds(int(str(problem.members["retryAfter"]))))
    if isinstance(problem, SendLimitReachedError) and "retryAfter" in problem.members:
        return no_more_messages(problem)
    return code_problem(type(problem), challenge)


def digits_of(challenge: Challenge) -> int:
    return challenge.terms.code.digits if challenge.terms.code else 6
