"""The words of a different authenticator app."""

from typing import Final

from services.enrollment.methods.base.words import Done, MethodWords, Name

WORDS: Final = MethodWords(
    type="softwareOath",
    name=Name("Other authenticator app", "Type codes from an app that you have already."),
    guide="other-authenticator-app",
    prove="Type the code that your app shows.",
    titles={
        "softwareOath": "Use a different authenticator app",
        "softwareOath.scan": "Scan the QR code",
        "softwareOath.code": "Enter the code from your app",
        "softwareOath.verified": "Authenticator app connected",
    },
    progress=(
        ("softwareOath", "Have your app ready"),
        ("softwareOath.scan", "Scan"),
        ("softwareOath.code", "Enter the code"),
        ("softwareOath.verified", "Done"),
    ),
)
DONE: Final = Done("Authenticator app connected", "Your app is {use}.")
COPIED: Final = "Secret copied."
