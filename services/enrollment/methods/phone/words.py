"""The words of phones: the number, and calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import sentences
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
    name=Name(_("Phone"), _("Get a code by text message, or a call.")),
    guide="phone",
    prove=_("Get a code at {where}."),
    prove_by={
        "sms": _("Get a code by text message at {where}."),
        "voice": _("Get a call at {where}."),
        "whatsapp": _("Get a code by WhatsApp at {where}."),
    },
    titles={
        "phone": _("Phone"),
        "phone.code": _("Enter the code"),
        "phone.call": _("Answer the call"),
        "phone.verified": _("Phone verified"),
    },
    progress=(
        ("phone", _("Enter your number")),
        ("phone.code", _("Enter the code")),
        ("phone.verified", _("Done")),
    ),
    instead={"phone.call": "phone.code"},
    variants={
        "alternateMobile": Name(_("Alternative phone"), _("A second mobile phone, for calls.")),
        "office": Name(_("Office phone"), _("Your phone at work, for calls.")),
    },
)
DONE: Final = Done(
    _("Phone verified"),
    _("Your phone is registered as a backup method."),
    as_default=_("Your phone is now your default method."),
    changed=_("Your new number is saved."),
)
EMPTY: Final = _("Enter your phone number.")
# Translators: {country} is the name alone, as in a list: "Niederlande", "Spanien". So is {name}.
OTHER_COUNTRY: Final = _("Is this a number in {country}? Then choose {name} under “Country or region”.")
# Translators: {country} is the name alone, as in a list.
NO_NUMBER_IN: Final = _("That doesn't look like a phone number in {country}.")
NO_NUMBER: Final = _("That doesn't look like a phone number in this country.")
EXTENSION: Final = _("An extension is up to 11 digits.")
ANOTHER_NUMBER: Final = _("Use a different number")
RATES: Final = _("Your provider's usual rates apply.")
DELIVERIES: Final[tuple[Choice, ...]] = (
    ("sms", _("Text me a code"), _("A message with a code, on a mobile phone. Your provider's usual rates apply.")),
    ("voice", _("Call me"), _("A call that tells you what to do. Your provider's usual rates apply.")),
    ("whatsapp", _("Send me a code by WhatsApp"), _("A message with a code, on a mobile phone that has WhatsApp.")),
)
"""By the way in which a phone is reached."""


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
        _("Phone"),
        _("You can prove who you are with a code by text message or a call."),
        _("A mobile phone of yours."),
    ),
    "alternateMobile": NumberWords(
        _("Alternative phone"),
        _("You can prove who you are with a call to a second phone."),
        _("Another phone than your first one."),
    ),
    "office": NumberWords(
        _("Office phone"),
        _("You can prove who you are with a call to your phone at work."),
        _("The number that people dial from outside."),
    ),
}
"""By the type of phone."""
ABOUT_WITH_WHATSAPP: Final = _("You can prove who you are with a code by text message or WhatsApp, or with a call.")

_CALLING: Final = _("We are calling {where}. Answer and press #.")
CALLED: Final[Mapping[str, Known]] = {
    "queued": Known(_CALLING, PATIENCE, SLOW_CALL, "queued"),
    "sent": Known(
        _CALLING,
        READING,
        _("We called {where}, but haven't heard that anybody answered. Call again."),
    ),
    "delivered": Known(
        _("You answered. Press # to confirm that it's you."),
        timedelta(seconds=25),
        _("You answered, but we didn't hear the # key. If the call is over, call again."),
    ),
}
"""By what became of the call. Nobody says when it is over, so that a while without a key is taken for that."""

CALL: Final = CallWords(
    states={
        "waiting": StateText(_("Waiting for your answer…"), ""),
        "confirmed": StateText(_("Confirmed. Select Next."), ""),
        "denied": StateText(
            _("You reported the call"), _("Your organisation was told. Change your password if others may know it.")
        ),
        "undelivered": StateText(_("The call didn't reach you"), ""),
        "failed": StateText(_("That didn't work"), _("The call couldn't be confirmed. Nothing you set up is lost.")),
        "expired": StateText(
            _("No answer"), _("The call wasn't confirmed in time. Have your phone at hand, then try again.")
        ),
        "cancelled": StateText(
            _("This call was cancelled"),
            _("It can't be confirmed any more. That happens where the phone was removed or can't be used for now."),
        ),
        "replaced": StateText(_("We are calling you again"), _("Go on to see what became of the new call.")),
    },
    first=_("Answer the call and press # first."),
    calling=_("Calling…"),
    too_soon=CALL_TOO_SOON,
    again_now=_("You can ask for another call now."),
    suspended=_(
        "Your organisation was told, and this phone can't be used until you restore it: in My security info, after you "
        "verified with another method. Change your password if others may know it."
    ),
)


def number_problem(problem: ProblemError, country: str | None, delivery: str = "sms") -> str:
    """What is wrong with a phone number, beside its field. `country` is the chosen one, in a sentence."""
    is_text = delivery == "sms"
    wanted = _("Enter a mobile number that receives text messages.") if is_text else _("Enter another number.")
    no_number = NO_NUMBER_IN.format(country=country) if country else NO_NUMBER
    texts: Mapping[type[ProblemError], str] = {
        PhoneNumberInvalidError: EXTENSION if problem.detail else no_number,
        PhoneNumberNotAllowedError: sentences(_("We can't use this kind of number."), wanted),
        MethodAlreadyRegisteredError: _("This number is registered already."),
        MethodLimitReachedError: _(
            "You have a number of this kind on file already. Change it instead of adding another."
        ),
        ChallengeEndedError: _("That attempt is over. Start again."),
        MethodNotAllowedByPolicyError: NOT_ALLOWED,
        RateLimitedError: MANY_CODES,
    }
    if isinstance(problem, SendLimitReachedError):
        return no_more_messages(problem)
    return texts.get(type(problem), problem.title)


def call_told(challenge: Challenge, now: datetime) -> Told:
    """What is known of a call."""
    if challenge.failure == "callReported":
        return Told("failed", str(_("You said that you didn't ask for this call. Your organisation was told.")))
    return told_of(CALLED, challenge, now, waits=CALL_WAITS)


def call_text(challenge: Challenge, now: datetime, *, unheard: bool = False) -> str:
    """The same in words; `unheard` where the person has gone on too early."""
    if unheard and challenge.status_at(now) == "pending" and challenge.delivery.state != "failed":
        return _("We haven't heard from you yet. Answer the call, press #, then select Next.")
    return call_told(challenge, now).text
