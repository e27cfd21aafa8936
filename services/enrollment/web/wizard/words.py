"""What a person is told when a page cannot be shown or a form not taken."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.web.words import CANT_SIGN_IN, HOW_TO_SIGN_IN
from services.kit.errors import (
    ChallengeEndedError,
    FormExpiredError,
    MethodAlreadyRegisteredError,
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    NotFoundError,
    NoticeExpiredError,
    OtherPersonError,
    ProblemError,
    RateLimitedError,
    RequestMalformedError,
    SendLimitReachedError,
    SessionEndedError,
    TicketExpiredError,
    TicketUsedError,
    UnavailableError,
    UnknownMethodError,
)

EXPLAINED: Final[Mapping[type[ProblemError], tuple[str, str]]] = {
    SessionEndedError: ("Your session has ended", "Sign in again; what you set up is kept."),
    TicketUsedError: ("This link can't be used any more", "Sign in again to get a new one."),
    TicketExpiredError: ("This link can't be used any more", "Sign in again to get a new one."),
    OtherPersonError: (
        "This page belongs to someone else",
        "Another person signed in in this browser, in another tab. Nothing was changed.",
    ),
    FormExpiredError: ("This form is too old", "Nothing was changed. Go on where you were."),
    NoticeExpiredError: (
        "This link can't be used any more",
        "It works once, and for 7 days. If a change wasn't yours, ask your organisation's help desk.",
    ),
    UnknownMethodError: ("This method is gone", "It was deleted or changed meanwhile. Nothing else was changed."),
    MethodNotAllowedByPolicyError: ("Your organisation doesn't allow this method", "Nothing was changed."),
    MethodLimitReachedError: ("You have as many of these as you can have", "Delete one first, then add another."),
    MethodAlreadyRegisteredError: ("This method is set up already", "Nothing was changed."),
    ChallengeEndedError: ("That attempt is over", "Nothing you set up is lost. Go on where you were."),
    NotFoundError: ("There is nothing here", "Check the address, or go back."),
    RequestMalformedError: ("That didn't work", "Something in the form was too long or missing."),
    RateLimitedError: ("That was very fast", "Wait a moment, then go on. Nothing you set up is lost."),
    SendLimitReachedError: ("We can't send more messages now", "Try again later. Nothing you set up is lost."),
    UnavailableError: (
        "We can't go on right now",
        "This is taking longer than usual. Nothing you set up is lost; try again in a moment.",
    ),
}
"""Heading and text."""

NO_SESSION: Final = (
    "Sign in to see this page",
    "It opens from your organisation's sign-in page, for the person who signed in there.",
)
"""Where there never was a session in this browser."""

TOO_LONG: Final = (
    "That is too long",
    "Something that you typed or pasted has more characters than fit there. Nothing was changed; go on and enter it "
    "again.",
)
OFTEN: Final = (
    "You did that several times",
    "You can do it again in {minutes} minutes. Nothing was changed, and what you set up works.",
)
UNEXPLAINED: Final = ("Something went wrong on our side", "Nothing you set up is lost.")
ALL_HELP: Final = ("All help pages", "/help")
HELP: Final[Mapping[type[ProblemError], tuple[str, str]]] = {
    SessionEndedError: HOW_TO_SIGN_IN,
    TicketUsedError: HOW_TO_SIGN_IN,
    TicketExpiredError: HOW_TO_SIGN_IN,
    NoticeExpiredError: CANT_SIGN_IN,
}
"""Where there is no way on from here."""
