"""The words of recovery codes."""

from typing import Final

from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.proofs.typed_secret.words import SecretWords

WORDS: Final = MethodWords(
    type="recoveryCodes",
    name=Name("Recovery codes", "Keep ten codes in a safe place for the day when nothing else is at hand."),
    guide="recovery-codes",
    prove="Type one of the codes that you saved.",
    titles={
        "recoveryCodes": "Recovery codes",
        "recoveryCodes.show": "Save your recovery codes",
        "recoveryCodes.verified": "Recovery codes saved",
    },
    progress=(
        ("recoveryCodes", "About the codes"),
        ("recoveryCodes.show", "Save them"),
        ("recoveryCodes.verified", "Done"),
    ),
)
DONE: Final = Done("Recovery codes saved", "Each of your codes gets you in once when nothing else is at hand.")
PROOF: Final = SecretWords(
    heading="Recovery code",
    about="Type one of the codes that you saved. Each works once.",
    hint="16 letters and digits. Capitals, spaces and dashes make no difference.",
    capitals="characters",
    malformed="A recovery code has 16 letters and digits.",
    expired="Start again.",
)
NOT_SAVED: Final = "Save the codes first, then tick the box: they are not shown again."
COPIED: Final = "Codes copied."
DOWNLOADED: Final = "Codes downloaded."
WRITTEN: Final = "Recovery codes, {organization}\nAccount: {person}\nMade on {day}. Each code works once.\n"
"""Above the codes, in the file and on paper."""
