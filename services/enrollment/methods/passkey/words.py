"""The words of passkeys."""

from collections.abc import Mapping
from typing import Final

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
    name=Name("Passkey", "Sign in with your face, your fingerprint or the PIN of your device."),
    guide="passkey",
    prove="Use a passkey of this device or of your phone.",
    titles={"passkey": "Passkey", "passkey.verified": "Passkey created"},
    progress=(("passkey", "Create a passkey"), ("passkey.verified", "Done")),
)
DONE: Final = Done("Passkey created", "Your passkey is {use}.")
ASKING: Final = "Follow your browser's instructions…"
OUTCOMES: Final[Mapping[str, str]] = {
    "cancelled": "That was cancelled, or it took too long. Try again when you are ready.",
    "exists": "This device has a passkey for your account already. Use another device, or a different method.",
    "unsupported": "This browser can't use passkeys. Use another browser, or a different method.",
    "failed": "Your browser couldn't do that. Try again, or use a different method.",
}
"""What the browser did with a passkey."""

REFUSED: Final[Mapping[type[ProblemError], str]] = {
    CredentialInvalidError: "That passkey wasn't accepted. Try again, here on this page.",
    MethodAlreadyRegisteredError: "This passkey is registered already.",
    MethodLimitReachedError: "You have as many passkeys as you can have. Delete one first.",
    MethodNotAllowedByPolicyError: NOT_ALLOWED,
    CodeExpiredError: "That took too long. Try again.",
    ChallengeEndedError: "That attempt is over. Try again.",
    AttemptsExhaustedError: "That didn't work several times. Try again later, or use a different method.",
    MethodCoolingDownError: "That didn't work several times. Wait a while, then try again.",
    RateLimitedError: VERY_FAST,
}


def passkey_problem(problem: type[ProblemError]) -> str:
    return REFUSED.get(problem, SOMETHING_WRONG)
