"""The words of an email address."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.web.words import MANY_CODES, NOT_ALLOWED, no_more_messages
from services.kit.errors import (
    EmailInvalidError,
    MethodAlreadyRegisteredError,
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    ProblemError,
    RateLimitedError,
    SendLimitReachedError,
)

WORDS: Final = MethodWords(
    type="email",
    name=Name(_("Email"), _("Get codes at an address of yours. For getting back in, not for signing in.")),
    guide="email",
    prove=_("Get a code at {where}."),
    titles={"email": _("Email"), "email.code": _("Enter the code"), "email.verified": _("Email verified")},
    progress=(
        ("email", _("Enter your address")),
        ("email.code", _("Enter the code")),
        ("email.verified", _("Done")),
    ),
)
DONE: Final = Done(
    _("Email verified"),
    _("You can get codes there when you have to get back in. It isn't used for signing in."),
    changed=_("Your new address is saved."),
)
ANOTHER_ADDRESS: Final = _("Use a different address")
REFUSED: Final[Mapping[type[ProblemError], str]] = {
    EmailInvalidError: _("That doesn't look like an email address. It has the form name@example.com."),
    MethodAlreadyRegisteredError: _("This address is registered already."),
    MethodLimitReachedError: _("You have an email address on file already. Change it instead of adding another."),
    MethodNotAllowedByPolicyError: NOT_ALLOWED,
    RateLimitedError: MANY_CODES,
}


def address_problem(problem: ProblemError) -> str:
    if isinstance(problem, SendLimitReachedError):
        return no_more_messages(problem)
    return REFUSED.get(type(problem), problem.title)
