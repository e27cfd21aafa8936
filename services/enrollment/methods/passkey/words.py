"""The words of passkeys."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.web.words import NOT_ALLOWED, SOMETHING_WRONG, VERY_FAST
from services.kit.errors import (
    AttemptsExhaustedError,
    ChallengeEndedError,
    CodeExpiredError,
    CredentialInvalidError,
    MethodAlreadyRegisteredError,
    MethodCoolingDownError,
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    ProblemError,
    RateLimitedError,
)

WORDS: Final = MethodWords(
    type="passkey",
    name=Name(_("Passkey"), _("Sign in with your face, your fingerprint or the PIN of your device.")),
    guide="passkey",
    prove=_("Use a passkey of this device or of your phone."),
    titles={"passkey": _("Passkey"), "passkey.verified": _("Passkey created")},
    progress=(("passkey", _("Create a passkey")), ("passkey.verified", _("Done"))),
)
DONE: Final = Done(
    _("Passkey created"),
    _("Your passkey is registered as a backup method."),
    as_default=_("Your passkey is now your default method."),
)
ASKING: Final = _("Follow your browser's instructions…")
OUTCOMES: Final[Mapping[str, str]] = {
    "cancelled": _("That was cancelled, or it took too long. Try again when you are ready."),
    "exists": _("This device has a passkey for your account already. Use another device, or a different method."),
    "unsupported": _("This browser can't use passkeys. Use another browser, or a different method."),
    "failed": _("Your browser couldn't do that. Try again, or use a different method."),
}
"""What the browser did with a passkey."""

REFUSED: Final[Mapping[type[ProblemError], str]] = {
    CredentialInvalidError: _("That passkey wasn't accepted. Try again, here on this page."),
    MethodAlreadyRegisteredError: _("This passkey is registered already."),
    MethodLimitReachedError: _("You have as many passkeys as you can have. Delete one first."),
    MethodNotAllowedByPolicyError: NOT_ALLOWED,
    CodeExpiredError: _("That took too long. Try again."),
    ChallengeEndedError: _("That attempt is over. Try again."),
    AttemptsExhaustedError: _("That didn't work several times. Try again later, or use a different method."),
    MethodCoolingDownError: _("That didn't work several times. Wait a while, then try again."),
    RateLimitedError: VERY_FAST,
}


def passkey_problem(problem: type[ProblemError]) -> str:
    return REFUSED.get(problem, SOMETHING_WRONG)
