"""The words of phones: the number, and calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.proofs.sent_code.words import (
    CALL_TOO_SOON,
    CALL_WAITS,
    READING,
    SLOW_CALL,
    Known,
    told_of,
)
from services.enrollment.web.views import Choice, Told
from services.enrollment.web.words import (
    MANY_CODES,
    NOT_ALLOWED,
    PATIENCE,
    StateText,
    no_more_messages,
)
from services.kit.errors import (
    ChallengeEndedError,
    MethodAlreadyRegisteredError,
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    PhoneNumberInvalidError,
    PhoneNumberNotAllowedError,
    ProblemError,
    RateLimitedError,
    SendLimitReachedError,
)

WORDS: Final = MethodWords(
    type="phone",
    name=Name("Phone", "Get a code by text message, or a call."),
    guide="phone",
    prove="Get a code at {where}.",
    prove_by={
        "sms": "Get a code by text message at {where}.",
        "voice": "Get a call at {where}.",
        "whatsapp": "Get a code by WhatsApp at {where}.",
    },
    titles={
        "phone": "Phone",
        "phone.code": "Enter the code",
        "phone.call": "Answer the call",
        "phone.verified": "Phone verified",
    },
    progress=(("phone", "Enter your number"), ("phone.code", "Enter the code"), ("phone.verified", "Done")),
    instead={"phone.call": "phone.code"},
    variants={
        "alternateMobile": Name("Alternative phone", "A second mobile phone, for calls."),
        "office": Name("Office phone", "Your phone at work, for calls."),
    },
)
DONE: Final = Done("Phone verified", "Your phone is {use}.", changed="Your new number is saved.")
EMPTY: Final = "Enter your phone number."
OTHER_COUNTRY: Final = "Is this a number in {country}? Then choose {name} under “Country or region”."
ANOTHER_NUMBER: Final = "Use a different number"
DELIVERIES: Final[tuple[Choice, ...]] = (
    ("sms", "Text me a code", "A message with a code, on a mobile phone. Your provider's usual rates apply."),
    ("voice", "Call me", "A call that tells you what to do. Your provider's usual rates apply."),
)


@dataclass(frozen=True)
class NumberWords:
    """How the number of a type of phone is asked for."""

    heading: str
    about: str
    hint: str


@dataclass(frozen=True)
class CallWords:
    """What the page of a call says by itself; `{seconds}` is filled in by the script."""

    states: Mapping[str, StateText]
    first: str
    calling: str
    too_soon: str
    again_now: str
    suspended: str


NUMBERS: Final[Mapping[str, NumberWords]] = {
    "mobile": NumberWords(
        "Phone",
        "You can prove who you are with a code by text message or a call.",
        "A mobile phone of yours.",
    ),
    "alternateMobile": NumberWords(
        "Alternative phone",
        "You can prove who you are with a call to a second phone.",
        "Another phone than your first one.",
    ),
    "office": NumberWords(
        "Office phone",
        "You can prove who you are with a call to your phone at work.",
        "The number that people dial from outside.",
    ),
}
"""By the type of phone."""

_CALLING: Final = "We are calling {where}. Answer and press #."
CALLED: Final[Mapping[str, Known]] = {
    "queued": Known(_CALLING, PATIENCE, SLOW_CALL, "queued"),
    "sent": Known(
        _CALLING,
        READING,
        "We called {where}, but haven't heard that anybody answered. Call again.",
    ),
    "delivered": Known(
        "You answered. Press # to confirm that it's you.",
        timedelta(seconds=25),
        "You answered, but we didn't hear the # key. If the call is over, call again.",
    ),
}
"""By what became of the call. Nobody says when it is over, so that a while without a key is taken for that."""

CALL: Final = CallWords(
    states={
        "waiting": StateText("Waiting for your answer…", ""),
        "confirmed": StateText("Confirmed. Select Next.", ""),
        "denied": StateText(
            "You reported the call", "Your organisation was told. Change your password if others may know it."
        ),
        "undelivered": StateText("The call didn't reach you", ""),
        "failed": StateText("That didn't work", "The call couldn't be confirmed. Nothing you set up is lost."),
        "expired": StateText(
            "No answer", "The call wasn't confirmed in time. Have your phone at hand, then try again."
        ),
        "cancelled": StateText(
            "This call was cancelled",
            "It can't be confirmed any more. That happens where the phone was removed or can't be used for now.",
        ),
        "replaced": StateText("We are calling you again", "Go on to see what became of the new call."),
    },
    first="Answer the call and press # first.",
    calling="Calling…",
    too_soon=CALL_TOO_SOON,
    again_now="You can ask for another call now.",
    suspended=(
        "Your organisation was told, and this phone can't be used until you restore it: in My security info, after you "
        "verified with another method. Change your password if others may know it."
    ),
)


def number_problem(problem: ProblemError, country: str, delivery: str = "sms") -> str:
    """What is wrong with a phone number, beside its field."""
    wanted = "Enter a mobile number that receives text messages." if delivery == "sms" else "Enter another number."
    texts: Mapping[type[ProblemError], str] = {
        PhoneNumberInvalidError: problem.detail or f"That doesn't look like a phone number in {country}.",
        PhoneNumberNotAllowedError: f"We can't use this kind of number. {wanted}",
        MethodAlreadyRegisteredError: "This number is registered already.",
        MethodLimitReachedError: "You have a number of this kind on file already. Change it instead of adding another.",
        ChallengeEndedError: "That attempt is over. Start again.",
        MethodNotAllowedByPolicyError: NOT_ALLOWED,
        RateLimitedError: MANY_CODES,
    }
    if isinstance(problem, SendLimitReachedError):
        return no_more_messages(problem)
    return texts.get(type(problem), problem.title)


def call_told(challenge: Challenge, now: datetime) -> Told:
    """What is known of a call."""
    if challenge.failure == "callReported":
        return Told("failed", "You said that you didn't ask for this call. Your organisation was told.")
    return told_of(CALLED, challenge, now, waits=CALL_WAITS)


def call_text(challenge: Challenge, now: datetime, *, unheard: bool = False) -> str:
    """The same in words; `unheard` where the person has gone on too early."""
    if unheard and challenge.status_at(now) == "pending" and challenge.delivery.state != "failed":
        return "We haven't heard from you yet. Answer the call, press #, then select Next."
    return call_told(challenge, now).text
