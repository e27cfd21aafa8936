"""Words that the pages share. Templates and scripts read them here too, so that all say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from babel.dates import format_date

from services.enrollment.challenges.domain.challenge import Challenge
from services.kit.errors import ChallengeEndedError, ProblemError, RateLimitedError

HEADING: Final = "Keep your account secure"
"""The h1 of every step between the prompt and Success."""

PROVING: Final = "Verify it's you"
MANAGING: Final = "My security info"
OPERATING: Final = "Operations"

PATIENCE: Final = timedelta(seconds=8)
"""After this long without a sign the person is told that it takes longer than usual."""


@dataclass(frozen=True)
class LiveTexts:
    """What any page says by itself, without a new page. `{left}` and `{seconds}` are filled in by the script."""

    saving: str = "One moment…"
    keeping: str = "We are still saving this. The page goes on by itself; you can wait here, and nothing is lost."
    sending: str = "Sending…"
    checking: str = "Checking your code…"
    checking_answers: str = "Checking your answers…"
    slow: str = "This is taking longer than usual. Nothing you set up is lost; you can wait here."
    wrong_typed: str = "That isn't right; {left} left."
    attempt_over_answers: str = "This attempt is over. You can try again, or use a different method."
    wait: str = "Available in {seconds}"
    elsewhere: str = "Done in another tab."
    confirmed: str = "Your code is right."
    not_copied: str = "Your browser didn't let us copy that. Select the text and copy it."
    session_soon: str = "Your session ends in 2 minutes"
    stayed: str = "Your session was extended."
    stay_failed: str = "We couldn't extend your session. Try again, or go on with the next step."
    session_over: str = "Your session has ended. Sign in again; what you set up is kept."


class StateText(NamedTuple):
    """A state in two or three words, and what to know or do about it."""

    headline: str
    detail: str


LIVE: Final = LiveTexts()
SITE_TITLES: Final[Mapping[str, str]] = {
    "prompt": "More information required",
    "confirm": "Are these still right?",
    "choose": "Choose a method",
    "prove": PROVING,
    "prove.choose": PROVING,
    "success": "Success",
}
"""Titles of the steps that belong to no method."""

STEP_STATES: Final = {"done": "Done", "current": "Current step", "todo": "To do"}
MENU_LINKS: Final = {"rename": "Rename", "delete": "Delete"}
MENU_BUTTONS: Final = {"change": "Change", "default": "Set as default", "restore": "Restore"}
"""What can be done with a method, by what it is called in an address: a link asks first, a button acts."""

METHOD_STATES: Final[Mapping[str, StateText]] = {
    "active": StateText("", ""),
    "suspended": StateText("Suspended", "It can't be used now, because somebody reported it."),
    "disabled": StateText("Disabled", "Too many wrong tries: it can't be used any more. Delete it, then add it anew."),
}
"""What became of a method."""

HELP_DESK_REASONS: Final[Mapping[str, str]] = {
    "lostDevice": "Lost or broken device",
    "newDevice": "New device",
    "lockedOut": "Locked out",
    "mistake": "Something was done by mistake",
    "suspicion": "Suspicious activity",
}
"""Why the help desk did something."""

HOW_TO_SIGN_IN: Final = ("How to sign in", "/help/sign-in")
CANT_SIGN_IN: Final = ("Can't sign in?", "/help/cant-sign-in")
REPORT: Final = "Report this request?"
CHOOSE_ONE: Final = "Choose one of these methods."
CHECKING: Final = "We are still checking your code. You can wait here; nothing is lost."
SOMETHING_WRONG: Final = "Something went wrong on our side. Nothing you set up is lost."

NOT_ALLOWED: Final = "Your organisation doesn't allow this method."
VERY_FAST: Final = "That was very fast. Wait a moment, then try again."
MANY_CODES: Final = "You asked for many codes in a short time. Wait a few minutes, then try again."

NO_MORE_MESSAGES: Final = "We can't send another message now. Try again {when}, or use a different number or method."

NOT_ACCEPTED: Final[Mapping[type[ProblemError], str]] = {
    ChallengeEndedError: "That code is no longer needed. Start again.",
    RateLimitedError: VERY_FAST,
}
"""Why any proof may not be accepted; each kind has its own reasons before these."""


def no_more_messages(problem: ProblemError) -> str:
    """Why no message goes out, and when one may again. Of whom the most are counted it does not say."""
    seconds = problem.members.get("retryAfter")
    return NO_MORE_MESSAGES.format(when=_from_now(seconds) if isinstance(seconds, int) else "later")


def not_accepted(problem: type[ProblemError], texts: Mapping[type[ProblemError], str]) -> str:
    return texts.get(problem) or NOT_ACCEPTED.get(problem, SOMETHING_WRONG)


def tries_left(challenge: Challenge) -> str:
    """ "2 tries left"."""
    left = challenge.attempts_left
    return f"{left} {'try' if left == 1 else 'tries'} left"


def masked_destination(challenge: Challenge) -> str:
    return challenge.destination.masked if challenge.destination else ""


def day(at: datetime) -> str:
    return format_date(at, format="d MMMM y", locale="en_GB")


def moment(at: datetime) -> str:
    return f"{day(at)}, {at.strftime('%H:%M')} UTC"


def with_mask(label: str, masked: str | None) -> str:
    """What a method is, and which one, where its mask says more than its label."""
    says_more = masked and masked.lower() not in label.lower()
    return f"{label} ({masked})" if says_more else label


def _from_now(seconds: int) -> str:
    """Rounded up, so that nobody comes back too soon."""
    minutes, hours = -(-seconds // 60), -(-seconds // 3600)
    if minutes == 1:
        return "in a minute"
    return f"in {minutes} minutes" if minutes <= 90 else f"in {hours} hours"
