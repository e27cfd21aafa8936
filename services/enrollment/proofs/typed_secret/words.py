"""How a secret is asked for that the person has on paper or was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

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
    CodeUsedError,
    MethodCoolingDownError,
    ProblemError,
)


@dataclass(frozen=True)
class SecretWords:
    """How the page asks for it; `capitals` is what a phone's keyboard does."""

    heading: str
    about: str
    hint: str
    capitals: Literal["characters", "none"]
    malformed: str
    expired: str


WRONG: Final = ngettext_lazy("That code isn't right; {number} try left.", "That code isn't right; {number} tries left.")


def secret_problem(words: SecretWords, problem: type[ProblemError], challenge: Challenge) -> str:
    """Why a secret was not accepted, beside its field."""
    texts: Mapping[type[ProblemError], str] = {
        CodeMalformedError: words.malformed,
        CodeIncorrectError: WRONG.of(challenge.attempts_left),
        CodeUsedError: _("That code was used already. Each one works once."),
        CodeExpiredError: words.expired,
        AttemptsExhaustedError: _("Too many wrong codes. Use a different method, or try again later."),
        MethodCoolingDownError: _("There were too many wrong codes. Wait a while, then try again."),
        AuthenticatorDisabledError: _("There were too many wrong codes. Use a different method."),
    }
    return not_accepted(problem, texts)
