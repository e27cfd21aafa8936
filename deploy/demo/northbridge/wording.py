"""What the landing page says about a checked result, as a person would read it."""

from typing import NamedTuple

from deploy.demo.northbridge.product import ProductRefusedError
from deploy.demo.northbridge.sessions import Outcome

METHODS = {
    "authenticatorApp": "authenticator app",
    "softwareOath": "authenticator app (codes)",
    "hardwareOath": "hardware token",
    "phone": "phone",
    "email": "email",
    "securityQuestions": "security questions",
    "passkey": "passkey",
    "recoveryCodes": "recovery codes",
    "temporaryAccessPass": "temporary access pass",
}
HEADLINES = {
    "none": "Nothing more was needed",
    "completed": "Your security info is set up",
    "skipped": "You skipped the set-up for now",
    "cancelled": "You cancelled the set-up",
    "expired": "The set-up took too long and has ended",
}
SENTENCES = {
    "none": "Your account already has what your organisation asks for.",
    "completed": "You can prove that it is you the next time we ask.",
    "skipped": "We will ask you again when you next sign in.",
    "cancelled": "Nothing was changed. We will ask you again when you next sign in.",
    "expired": "Whatever you had already proven is kept. We will go on when you next sign in.",
}


def headline(outcome: Outcome) -> str:
    """What happened, in one line."""
    return HEADLINES[outcome.status]


def sentence(outcome: Outcome) -> str:
    """What it means for the person."""
    return SENTENCES[outcome.status]


def methods_in_words(methods: tuple[str, ...]) -> list[str]:
    """The types of methods as words; a type that is new to us by its own name."""
    return [METHODS.get(method, method) for method in methods]


class NotSignedIn(NamedTuple):
    """Why a second step did not end with a sign-in."""

    headline: str
    sentence: str


NOT_VERIFIED = {
    "cancelled": NotSignedIn("You cancelled the second step", "You are not signed in. You can try again any time."),
    "denied": NotSignedIn(
        "The request was denied",
        "You are not signed in. If you didn’t ask for this sign-in, somebody else knows your password: reset it now.",
    ),
    "failed": NotSignedIn(
        "We couldn’t verify that it’s you",
        "There were too many wrong tries, so you are not signed in. Try again, or use a different method.",
    ),
    "expired": NotSignedIn("The second step took too long", "You are not signed in. Try again when you are ready."),
}
UNFINISHED = NotSignedIn("Your sign-in is not finished", "We still need a second step. You are not signed in yet.")
"""For a challenge that is open, or ended in a way that is new to us."""
DISABLED = NotSignedIn(
    "Your method is disabled",
    "After too many wrong tries it can’t be used any more. Your password alone is not enough to sign in.",
)


def not_verified(status: str) -> NotSignedIn:
    """What to say of a challenge that ended without a proof."""
    return NOT_VERIFIED.get(status, UNFINISHED)


def not_asked(refusal: ProductRefusedError) -> NotSignedIn:
    """What to say where the person may not be asked now."""
    if refusal.code == "authenticatorDisabled":
        return DISABLED
    when = f"in {_minutes(refusal.retry_after)}" if refusal.retry_after else "later"
    return NotSignedIn(
        "We can’t ask for your second step right now",
        f"There were too many tries. Your password was right, but it is not enough to sign in. Try again {when}.",
    )


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
