"""The words of a hardware token."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import ngettext_lazy
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.web.words import MANY_CODES, NOT_ALLOWED, not_accepted
from services.kit.errors import (
    AttemptsExhaustedError,
    AuthenticatorDisabledError,
    CodeExpiredError,
    CodeIncorrectError,
    CodeMalformedError,
    MethodCoolingDownError,
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    ProblemError,
    RateLimitedError,
    UnknownHardwareTokenError,
)

_TOKEN: Final = _("Token {masked}")


def _which(display_name: str) -> str:
    return _TOKEN.format(masked=display_name.removeprefix("Token "))


WORDS: Final = MethodWords(
    type="hardwareOath",
    name=Name(_("Hardware token"), _("Type codes from a token that your organisation gave you.")),
    guide="hardware-token",
    prove=_("Type the code that your token shows."),
    titles={
        "hardwareOath": _("Hardware token"),
        "hardwareOath.code": _("Enter the code from your token"),
        "hardwareOath.verified": _("Hardware token verified"),
    },
    progress=(
        ("hardwareOath", _("Enter the number")),
        ("hardwareOath.code", _("Enter the code")),
        ("hardwareOath.verified", _("Done")),
    ),
    which=_which,
)
DONE: Final = Done(
    _("Hardware token verified"),
    _("Your hardware token is registered as a backup method."),
    as_default=_("Your hardware token is now your default method."),
)
OVER: Final = _("This attempt is over. You can try again with the next code of the token.")
REFUSED: Final[Mapping[type[ProblemError], str]] = {
    UnknownHardwareTokenError: _(
        "We have no token with this number for you. Check the number on the back of the token."
    ),
    MethodLimitReachedError: _("You have as many hardware tokens as you can have."),
    MethodNotAllowedByPolicyError: NOT_ALLOWED,
    RateLimitedError: MANY_CODES,
}


WRONG: Final = ngettext_lazy(
    "That code isn't right. Wait for the next code, then type this one and the next in a row; {number} try left.",
    "That code isn't right. Wait for the next code, then type this one and the next in a row; {number} tries left.",
)


TWO_IN_A_ROW: Final = ngettext_lazy(
    "{number} digit. If the code is never right, type two codes in a row: this one and the next.",
    "{number} digits. If the code is never right, type two codes in a row: this one and the next.",
)


def number_problem(problem: ProblemError) -> str:
    return REFUSED.get(type(problem), problem.title)


def token_code_problem(problem: type[ProblemError], challenge: Challenge) -> str:
    """Why a code of a token was not accepted, beside its field."""
    asked = challenge.terms.totp or challenge.terms.hotp
    texts: Mapping[type[ProblemError], str] = {
        CodeMalformedError: _("Enter the {digits} digits of the code, or two codes in a row.").format(
            digits=asked.digits if asked else 6
        ),
        CodeIncorrectError: WRONG.of(challenge.attempts_left),
        CodeExpiredError: _("That took too long. Try again with the next code of the token."),
        AttemptsExhaustedError: _("Too many wrong codes. Try again with the next code of the token."),
        MethodCoolingDownError: _("There were too many wrong codes for this token. Wait a while, then start again."),
        AuthenticatorDisabledError: _("There were too many wrong codes for this token. Set it up anew."),
    }
    return not_accepted(problem, texts)
