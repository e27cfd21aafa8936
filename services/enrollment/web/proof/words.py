"""The words of "Verify it's you" that belong to no method."""

from datetime import datetime, timedelta
from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import sentences
from services.enrollment.web.words import moment, no_more_messages
from services.kit.errors import DeviceRestsError, MethodCoolingDownError, ProblemError, SendLimitReachedError

QUESTION: Final = _("How do you want to verify that it's you?")
ONLY: Final = _("There is one method with which you can verify that it's you:")
LOCKED_OUT: Final = (
    _("We can't verify that it's you"),
    _(
        "None of your methods can be used right now. Ask your organisation's help desk: they can give you a pass that "
        "lets you in, or bring a method back."
    ),
)
"""Heading and text where a person has methods, and none that can be used."""

PASS_NEEDED: Final = (
    _("You need a Temporary Access Pass"),
    _(
        "Your organisation asks for a pass before you set up your first method. Ask your organisation's help desk for "
        "one, then select Try again."
    ),
)
SIGN_IN_AGAIN: Final = (
    _("Sign in again to go on"),
    _(
        "Your organisation asks for a second check at sign-in before you set up your first method, and yours was too "
        "long ago. Go back and sign in again."
    ),
)
TRY_AGAIN: Final = _("Try again")
TO_RESTORE: Final = _("To restore {name}, verify yourself with another method.")


WORTH_A_WORD: Final = timedelta(minutes=1)
"""A device that rests for less is asked again before anybody has read why not."""


def resting(until: datetime, now: datetime, *, has_codes: bool) -> str | None:
    """That an app gets no requests, and what can be done; None for a moment."""
    if until - now < WORTH_A_WORD:
        return None
    instead = _("Enter a code from the app instead.") if has_codes else _("Choose another method, or wait until then.")
    none_until = _("The last requests weren't approved, so this app gets none until {when}.").format(when=moment(until))
    return sentences(none_until, instead)


def refused_choice(problem: ProblemError) -> str:
    """Why a method cannot be asked for now."""
    if isinstance(problem, DeviceRestsError):
        return _(
            "The last requests to this app weren't approved, so it gets none for a while. Choose another method, or "
            "wait. If you didn't ask for them, somebody else may know your password: change it."
        )
    if isinstance(problem, MethodCoolingDownError):
        return _("There were too many wrong answers with this method. Wait a while, or choose another one.")
    if isinstance(problem, SendLimitReachedError):
        return no_more_messages(problem)
    return _("Too many requests. Wait a while, then try again.")
