"""The words of a one-time code that an app shows."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import ngettext_lazy
from services.enrollment.web.words import not_accepted
from services.kit.errors import (
    AttemptsExhaustedError,
    AuthenticatorDisabledError,
    CodeExpiredError,
    CodeIncorrectError,
    CodeMalformedError,
    MethodCoolingDownError,
    ProblemError,
)

WRONG: Final = ngettext_lazy(
    "That code isn't right. Type the one that the app shows now; {number} try left.",
    "That code isn't right. Type the one that the app shows now; {number} tries left.",
)
OVER: Final = _("This attempt is over. You can try again with the code that the app shows now.")


def app_code_problem(problem: type[ProblemError], challenge: Challenge) -> str:
    """Why a one-time code of an app was not accepted, beside its field."""
    texts: Mapping[type[ProblemError], str] = {
        CodeMalformedError: _("Enter the 6 digits of the code."),
        CodeIncorrectError: WRONG.of(challenge.attempts_left),
        CodeExpiredError: _("That took too long. Try again with the code that the app shows now."),
        AttemptsExhaustedError: _("Too many wrong codes. Try again with the code that the app shows now."),
        MethodCoolingDownError: _("There were too many wrong codes for this app. Wait a while, then start again."),
        AuthenticatorDisabledError: _("There were too many wrong codes for this app. Connect it anew."),
    }
    return not_accepted(problem, texts)
