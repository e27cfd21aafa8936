"""The words of a code that a message or a call brings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
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
SLOW: Final = "This is taking longer than usual. Your message is on its way; you can wait here or come back."
WAITS: Final = "{where} got a message a moment ago. Yours goes out in a few seconds."
CALL_WAITS: Final = "{where} got a message or a call a moment ago. We call you in a few seconds."
SENT: Final[Mapping[str, str]] = {
    "queued": "We are sending a {digits}-digit code to {where}.",
    "sent": "We sent a {digits}-digit code to {where}.",
    "delivered": "The message with your {digits}-digit code arrived at {where}.",
    "unknown": "We don't know yet whether the message arrived at {where}.",
}
READ_OUT: Final[Mapping[str, str]] = {
    "queued": "We are calling {where}. Answer and listen: the call reads out a {digits}-digit code.",
    "sent": "We are calling {where}. Answer and listen: the call reads out a {digits}-digit code.",
    "delivered": "You answered the call to {where}. It reads out a {digits}-digit code.",
    "unknown": "We don't know yet whether the call reached {where}.",
}


@dataclass(frozen=True)
class ChannelWords:
    """How the page of a code speaks of what brought it. `{left}` and `{seconds}` are filled in by the script."""

    icon: str
    slow: str
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
    slow=SLOW,
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
    slow="This is taking longer than usual. Your call is on its way; you can wait here or come back.",
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


def delivery_text(challenge: Challenge, now: datetime) -> str:
    """What is known of the newest message."""
    where, delivery = masked_destination(challenge), challenge.delivery
    if delivery.state == "failed":
        return _failure(delivery.detail, where)
    if delivery.waits(now):
        return (CALL_WAITS if challenge.channel == "voice" else WAITS).format(where=where)
    if delivery.state == "queued" and now - delivery.expected_at > PATIENCE:
        return SLOW
    texts = READ_OUT if challenge.channel == "voice" else SENT
    return texts[delivery.state].format(digits=digits_of(challenge), where=where)


def code_problem(problem: type[ProblemError], challenge: Challenge) -> str:
    """Why a code was not accepted, beside its field."""
    texts: Mapping[type[ProblemError], str] = {
        CodeMalformedError: f"Enter the {digits_of(challenge)} digits of the code.",
        CodeIncorrectError: f"That code isn't right. Check the newest message; {tries_left(challenge)}.",
        CodeExpiredError: "That code has expired. We can send you a new one.",
        AttemptsExhaustedError: "Too many wrong codes. Start again, or use a different number.",
        MethodCoolingDownError: "There were too many wrong codes for this number. Wait a while, then start again.",
        AuthenticatorDisabledError: "There were too many wrong codes for this number. Use a different number.",
        SendLimitReachedError: (
            "We can't send more messages for this code. Use a different number, or try again later."
        ),
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


def _failure(detail: str | None, where: str) -> str:
    texts = {
        "expiredBeforeSending": "Your code expired before we could send it. Send again.",
        "sendLimitReached": f"{where} got as many messages as we may send today. Use a different number.",
        "resendTooSoon": f"A message to {where} was sent a moment ago. Wait a little, then send again.",
    }
    return texts.get(detail or "", f"We couldn't reach {where}. Check the number, or use a different one.")
