"""The words of a code that a message or a call brings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.web.views import MessageState, Told
from services.enrollment.web.words import PATIENCE, masked_destination, no_more_messages, not_accepted, tries_left
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

CALL_TOO_SOON: Final = "You can ask for another call in {seconds}."
SLOW: Final = (
    "This is taking longer than usual: your message hasn't gone out yet. You can wait here, or choose another way."
)
SLOW_CALL: Final = (
    "This is taking longer than usual: we aren't calling you yet. You can wait here, or choose another way."
)
WAITS: Final = "{where} got a message a moment ago. Yours goes out in a few seconds."
CALL_WAITS: Final = "{where} got a message or a call a moment ago. We call you in a few seconds."


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

_QUEUED: Final = "We are sending a {digits}-digit code to {where}."
_SENT: Final = "We sent a {digits}-digit code to {where}."
_CALLING: Final = "We are calling {where}. Answer and listen: the call reads out a {digits}-digit code."
TEXTED: Final[Mapping[str, Known]] = {
    "queued": Known(_QUEUED, PATIENCE, SLOW, "queued"),
    "sent": Known(
        _SENT,
        None,
        "We sent your code to {where}, but haven't heard that it arrived. Send it again, or choose another way.",
    ),
    "delivered": Known("The message with your {digits}-digit code arrived at {where}."),
}
MAILED: Final[Mapping[str, Known]] = {
    **TEXTED,
    "sent": Known(
        _SENT, None, "We sent your code to {where}. Not there? Look in your spam folder, or send it again.", "sent"
    ),
}
READ_OUT: Final[Mapping[str, Known]] = {
    "queued": Known(_CALLING, PATIENCE, SLOW_CALL, "queued"),
    "sent": Known(
        _CALLING,
        READING,
        "We called {where}, but haven't heard that anybody answered. Ask for another call.",
    ),
    "delivered": Known(
        "You answered the call to {where}. It reads out a {digits}-digit code.",
        READING,
        "You answered the call to {where}. If you missed the code, ask for another call.",
        "delivered",
    ),
}
KNOWN: Final[Mapping[str, Mapping[str, Known]]] = {"voice": READ_OUT, "email": MAILED}
"""By the channel; a text where there is none."""


@dataclass(frozen=True)
class ChannelWords:
    """How the page of a code speaks of what brought it. `{left}` and `{seconds}` are filled in by the script."""

    icon: str
    look: str
    again: str
    too_soon: str
    again_now: str
    none_left: str
    over: str
    anew: str
    wrong: str


_MESSAGE: Final = ChannelWords(
    icon="message",
    look="See what became of the message",
    again="Resend",
    too_soon="You can ask for another message in {seconds}.",
    again_now="You can ask for another message now.",
    none_left="We can't send more messages for this code.",
    over="This code can't be used any more. We can send you a new one.",
    anew="Send a new code",
    wrong="That code isn't right. Check the newest message; {left} left.",
)
_CALL: Final = ChannelWords(
    icon="ring",
    look="See what became of the call",
    again="Call again",
    too_soon=CALL_TOO_SOON,
    again_now="You can ask for another call now.",
    none_left="We can't call again for this code.",
    over="This code can't be used any more. We can call you with a new one.",
    anew="Call me with a new code",
    wrong="That code isn't right. Type the one from the newest call; {left} left.",
)
CHANNELS: Final[Mapping[str, ChannelWords]] = {
    "sms": _MESSAGE,
    "voice": _CALL,
    "email": replace(_MESSAGE, icon="mail"),
}
"""By the channel that brings a code."""


def told(challenge: Challenge, now: datetime) -> Told:
    """What is known of the newest message."""
    texts, waits = KNOWN.get(challenge.channel, TEXTED), CALL_WAITS if challenge.channel == "voice" else WAITS
    return told_of(texts, challenge, now, waits=waits, digits=digits_of(challenge))


def told_of(texts: Mapping[str, Known], challenge: Challenge, now: datetime, *, waits: str, **places: object) -> Told:
    """The text for what became of a message or a call; `waits` where it does not go out yet."""
    where, delivery, help_in = masked_destination(challenge), challenge.delivery, help_in_of(challenge, now)
    if delivery.state == "failed":
        return Told("failed", failure_of(challenge), help_in=help_in)
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
    other = _other(challenge)
    texts: Mapping[type[ProblemError], str] = {
        CodeMalformedError: f"Enter the {digits_of(challenge)} digits of the code.",
        CodeIncorrectError: f"That code isn't right. Check the newest message; {tries_left(challenge)}.",
        CodeExpiredError: "That code has expired. We can send you a new one.",
        AttemptsExhaustedError: f"Too many wrong codes. Ask for a new one, or use {other}.",
        MethodCoolingDownError: f"There were too many wrong codes. Wait a while, then start again, or use {other}.",
        AuthenticatorDisabledError: f"There were too many wrong codes. Use {other}.",
        SendLimitReachedError: (f"We can't send more messages for this code. Use {other}, or try again later."),
    }
    return not_accepted(problem, texts)


def resend_problem(problem: ProblemError, challenge: Challenge) -> str:
    """Why no further message was sent."""
    if isinstance(problem, ResendTooSoonError):
        return f"You can ask for another message in {problem.members['retryAfter']} seconds."
    if isinstance(problem, SendLimitReachedError) and "retryAfter" in problem.members:
        return no_more_messages(problem)
    return code_problem(type(problem), challenge)


def digits_of(challenge: Challenge) -> int:
    return challenge.terms.code.digits if challenge.terms.code else 6


def failure_of(challenge: Challenge) -> str:
    """Why a message or a call did not get there, and what can be done: whether it is the number or us is told apart."""
    where, voice = masked_destination(challenge), challenge.channel == "voice"
    thing, again = ("call", "Call again") if voice else ("message", "Send it again")
    place = "address" if challenge.channel == "email" else "number"
    other = _other(challenge)
    ours = f"We couldn't {'call' if voice else 'send a code to'} {where}; the fault is ours."
    texts = {
        "expiredBeforeSending": f"Your code expired before we could {'call' if voice else 'send it'}. {again}.",
        "sendLimitReached": f"{where} got as many messages as we may send today. Use {other}.",
        "resendTooSoon": f"A {thing} to {where} went out a moment ago. Wait a little, then {again.lower()}.",
        "phoneNumberNotAllowed": f"We can't use the {place} {where}. Use {other}.",
        "providerUnavailable": f"{ours} {again}, or choose another way.",
        "providerRefused": f"{ours} {again}, or choose another way.",
        "destinationMismatch": f"{ours} Start again, or use {other}.",
    }
    if challenge.delivery.detail == "notDelivered" and not challenge.delivery.permanent:
        missed = f"The call to {where} wasn't answered" if voice else f"The message didn't arrive at {where}"
        return f"{missed}. {again}, or choose another way."
    check = f"Check the {place}, or use a different one." if challenge.is_to_register else f"Use {other}."
    return texts.get(challenge.delivery.detail or "", f"We couldn't reach {where}. {check}")


def _other(challenge: Challenge) -> str:
    """What can be used instead of the number or address: of one on file there is no other."""
    place = "address" if challenge.channel == "email" else "number"
    return f"a different {place}" if challenge.is_to_register else "a different method"
