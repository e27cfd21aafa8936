"""The words of a one-time code that an app shows."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.web.words import not_accepted, tries_left
from services.kit.errors import (
    AttemptsExhaustedError,
    AuthenticatorDisabledError,
    CodeExpiredError,
    CodeIncorrectError,
    CodeMalformedError,
    MethodCoolingDownError,
    ProblemError,
)

WRONG: Final = "That code isn't right. Type the one that the app shows now; {left} left."
OVER: Final = "This attempt is over. You can try again with the code that the app shows now."


def app_code_problem(problem: type[ProblemError], challenge: Challenge) -> str:
    """Why a one-time code of an app was not accepted, beside its field."""
    texts: Mapping[type[ProblemError], str] = {
        CodeMalformedError: "Enter the 6 digits of the code.",
        CodeIncorrectError: f"That code isn't right. Type the one that the app shows now; {tries_left(challenge)}.",
        CodeExpiredError: "That took too long. Try again with the code that the app shows now.",
        AttemptsExhaustedError: "Too many wrong codes. Try again with the code that the app shows now.",
        MethodCoolingDownError: "There were too many wrong codes for this app. Wait a while, then start again.",
        AuthenticatorDisabledError: "There were too many wrong codes for this app. Connect it anew.",
    }
    return not_accepted(problem, texts)
