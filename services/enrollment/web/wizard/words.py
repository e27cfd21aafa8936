"""What a person is told when a page cannot be shown or a form not taken."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.i18n import gettext as _
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
    SessionEndedError: (_("Your session has ended"), _("Sign in again; what you set up is kept.")),
    TicketUsedError: (_("This link can't be used any more"), _("Sign in again to get a new one.")),
    TicketExpiredError: (_("This link can't be used any more"), _("Sign in again to get a new one.")),
    OtherPersonError: (
        _("This page belongs to someone else"),
        _("Another person signed in in this browser, in another tab. Nothing was changed."),
    ),
    FormExpiredError: (_("This form is too old"), _("Nothing was changed. Go on where you were.")),
    NoticeExpiredError: (
        _("This link can't be used any more"),
        _("It works once, and for 7 days. If a change wasn't yours, ask your organisation's help desk."),
    ),
    UnknownMethodError: (_("This method is gone"), _("It was deleted or changed meanwhile. Nothing else was changed.")),
    MethodNotAllowedByPolicyError: (_("Your organisation doesn't allow this method"), _("Nothing was changed.")),
    MethodLimitReachedError: (_("You have as many of these as you can have"), _("Delete one first, then add another.")),
    MethodAlreadyRegisteredError: (_("This method is set up already"), _("Nothing was changed.")),
    ChallengeEndedError: (_("That attempt is over"), _("Nothing you set up is lost. Go on where you were.")),
    NotFoundError: (_("There is nothing here"), _("Check the address, or go back.")),
    RequestMalformedError: (_("That didn't work"), _("Something in the form was too long or missing.")),
    RateLimitedError: (_("That was very fast"), _("Wait a moment, then go on. Nothing you set up is lost.")),
    SendLimitReachedError: (_("We can't send more messages now"), _("Try again later. Nothing you set up is lost.")),
    UnavailableError: (
        _("We can't go on right now"),
        _("This is taking longer than usual. Nothing you set up is lost; try again in a moment."),
    ),
}
"""Heading and text."""

NO_SESSION: Final = (
    _("Sign in to see this page"),
    _("It opens from your organisation's sign-in page, for the person who signed in there."),
)
"""Where there never was a session in this browser."""

TOO_LONG: Final = (
    _("That is too long"),
    _(
        "Something that you typed or pasted has more characters than fit there. Nothing was changed; go on and enter "
        "it again."
    ),
)
OFTEN: Final = (
    _("You did that several times"),
    _("You can do it again in {time}. Nothing was changed, and what you set up works."),
)
UNEXPLAINED: Final = (_("Something went wrong on our side"), _("Nothing you set up is lost."))
HELP: Final[Mapping[type[ProblemError], tuple[str, str]]] = {
    SessionEndedError: HOW_TO_SIGN_IN,
    TicketUsedError: HOW_TO_SIGN_IN,
    TicketExpiredError: HOW_TO_SIGN_IN,
    NoticeExpiredError: CANT_SIGN_IN,
}
"""Where there is no way on from here."""

GO_ON: Final = _("Go on")
LEAVE_OPERATIONS: Final = _("Leave Operations?")
LEAVE: Final = _("Leave the setup?")
