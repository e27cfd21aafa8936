"""What the landing page says about a checked result, as a person would read it."""

from deploy.demo.northbridge.sessions import Outcome

METHODS = {
    "authenticatorApp": "authenticator app",
    "softwareOath": "authenticator app (codes)",
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
