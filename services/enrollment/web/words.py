"""Words that the pages share. Templates and scripts read them here too, so that all say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.enrollment.accounts.domain import unusual
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import REGIONS, clock_time, hours, long_date, minutes, ngettext_lazy, region_name
from services.enrollment.i18n import gettext as _
from services.kit.errors import ChallengeEndedError, ProblemError, RateLimitedError

HEADING: Final = _("Keep your account secure")
"""The h1 of every step between the prompt and Success."""

PROVING: Final = _("Verify it's you")
MANAGING: Final = _("My security info")
OPERATING: Final = "Operations"
PRODUCT: Final = _("Security info")
"""Whose page it is where no organisation is known."""

ERROR_TITLE: Final = _("Error: {title}")
"""The title of a page on which something is wrong."""

PATIENCE: Final = timedelta(seconds=8)
"""After this long without a sign the person is told that it takes longer than usual."""


@dataclass(frozen=True)
class LiveTexts:
    """What any page says by itself, without a new page. `{seconds}` is filled in by the script."""

    saving: str = _("One moment…")
    keeping: str = _("We are still saving this. The page goes on by itself; you can wait here, and nothing is lost.")
    sending: str = _("Sending…")
    checking: str = _("Checking your code…")
    checking_answers: str = _("Checking your answers…")
    slow: str = _("This is taking longer than usual. Nothing you set up is lost; you can wait here.")
    attempt_over_answers: str = _("This attempt is over. You can try again, or use a different method.")
    wait: str = _("Available in {seconds}")
    elsewhere: str = _("Done in another tab.")
    confirmed: str = _("Your code is right.")
    not_copied: str = _("Your browser didn't let us copy that. Select the text and copy it.")
    session_soon: str = _("Your session ends in 2 minutes")
    stayed: str = _("Your session was extended.")
    stay_failed: str = _("We couldn't extend your session. Try again, or go on with the next step.")
    session_over: str = _("Your session has ended. Sign in again; what you set up is kept.")


class StateText(NamedTuple):
    """A state in two or three words, and what to know or do about it."""

    headline: str
    detail: str


LIVE: Final = LiveTexts()
SITE_TITLES: Final[Mapping[str, str]] = {
    "prompt": _("More information required"),
    "confirm": _("Are these still right?"),
    "choose": _("Choose a method"),
    "prove": PROVING,
    "prove.choose": PROVING,
    "success": _("Success"),
}
"""Titles of the steps that belong to no method."""

STEP_STATES: Final = {"done": _("Done:"), "current": _("Current step:"), "todo": _("To do:")}
DEFAULT: Final = _("Default")
BACKUP: Final = _("Backup")
"""What a method is to the person."""

MENU_LINKS: Final = {"rename": _("Rename"), "delete": _("Delete")}
MENU_BUTTONS: Final = {"change": _("Change"), "default": _("Set as default"), "restore": _("Restore")}
"""What can be done with a method, by what it is called in an address: a link asks first, a button acts."""

METHOD_STATES: Final[Mapping[str, StateText]] = {
    "active": StateText("", ""),
    "suspended": StateText(_("Suspended"), _("It can't be used now, because somebody reported it.")),
    "disabled": StateText(
        _("Disabled"), _("Too many wrong tries: it can't be used any more. Delete it, then add it anew.")
    ),
}
"""What became of a method."""

HELP_DESK_REASONS: Final[Mapping[str, str]] = {
    "lostDevice": _("Lost or broken device"),
    "newDevice": _("New device"),
    "lockedOut": _("Locked out"),
    "mistake": _("Something was done by mistake"),
    "suspicion": _("Suspicious activity"),
}
"""Why the help desk did something."""

HOW_TO_SIGN_IN: Final = (_("How to sign in"), "/help/sign-in")
CANT_SIGN_IN: Final = (_("Can't sign in?"), "/help/cant-sign-in")
ALL_HELP: Final = (_("All help pages"), "/help")
WRONG_TYPED: Final = ngettext_lazy("That isn't right; {number} try left.", "That isn't right; {number} tries left.")
DIGITS: Final = ngettext_lazy("{number} digit.", "{number} digits.")
REPORT: Final = _("Report this request?")
BACK_TO_APPLICATION: Final = _("Back to the application")
STOP_VERIFYING: Final = _("Stop verifying?")
CHOOSE_ONE: Final = _("Choose one of these methods.")
CHECKING: Final = _("We are still checking your code. You can wait here; nothing is lost.")
SOMETHING_WRONG: Final = _("Something went wrong on our side. Nothing you set up is lost.")

NOT_ALLOWED: Final = _("Your organisation doesn't allow this method.")
VERY_FAST: Final = _("That was very fast. Wait a moment, then try again.")
MANY_CODES: Final = _("You asked for many codes in a short time. Wait a few minutes, then try again.")

NO_MORE_MESSAGES: Final = _("We can't send another message now. Try again later, or use a different number or method.")
NO_MORE_MESSAGES_FOR: Final = _(
    "We can't send another message now. Try again in {time}, or use a different number or method."
)

NOT_ACCEPTED: Final[Mapping[type[ProblemError], str]] = {
    ChallengeEndedError: _("That code is no longer needed. Start again."),
    RateLimitedError: VERY_FAST,
}
"""Why any proof may not be accepted; each kind has its own reasons before these."""


def no_more_messages(problem: ProblemError) -> str:
    """Why no message goes out, and when one may again. Of whom the most are counted it does not say."""
    wait = problem.members.get("retryAfter")
    return NO_MORE_MESSAGES_FOR.format(time=_rounded_up(wait)) if isinstance(wait, int) else NO_MORE_MESSAGES


def not_accepted(problem: type[ProblemError], texts: Mapping[type[ProblemError], str]) -> str:
    return texts.get(problem) or NOT_ACCEPTED.get(problem, SOMETHING_WRONG)


def masked_destination(challenge: Challenge) -> str:
    return challenge.destination.masked if challenge.destination else ""


def moment(at: datetime) -> str:
    return _("{day}, {time} UTC").format(day=long_date(at), time=clock_time(at))


# Translators: as "Firefox on Windows".
ON_A_SYSTEM: Final = _("{browser} on {system}")
# Translators: as "Firefox on Windows, Germany".
IN_A_COUNTRY: Final = _("{device}, {country}")


def device_of(entry: Entry, account: Account) -> str | None:
    """In which browser and country something happened, as far as that is remembered: "Firefox on Windows, Germany"."""
    session = entry.session_id or ""
    browser = unusual.browser_of(account, session)
    if browser is None:
        return None
    names = [name for name in (browser.name, browser.system) if name]
    device = ON_A_SYSTEM.format(browser=names[0], system=names[1]) if len(names) > 1 else "".join(names)
    place = browser.places.get(session)
    country = region_name(place) if place in REGIONS else ""
    both = IN_A_COUNTRY.format(device=device, country=country) if device and country else ""
    return both or device or country or None


def with_mask(label: str, masked: str | None) -> str:
    """What a method is, and which one, where its mask says more than its label."""
    says_more = masked and masked.lower() not in str(label).lower()
    return f"{label} ({masked})" if says_more else label


def _rounded_up(wait: int) -> str:
    """So many seconds as minutes or hours, so that nobody comes back too soon."""
    whole = -(-wait // 60)
    return minutes(whole) if whole <= 90 else hours(-(-wait // 3600))
