"""The words of a Temporary Access Pass, which nobody sets up for themselves."""

from typing import Final

from services.enrollment.methods.base.words import MethodWords, Name
from services.enrollment.proofs.typed_secret.words import SecretWords

WORDS: Final = MethodWords(
    type="temporaryAccessPass",
    name=Name("Temporary Access Pass", ""),
    guide="temporary-access-pass",
    prove="Type the pass that your organisation gave you.",
)
PROOF: Final = SecretWords(
    heading="Temporary Access Pass",
    about="Type the pass that your organisation gave you.",
    hint="8 to 48 characters. Capitals matter.",
    capitals="none",
    malformed="A pass has 8 to 48 characters.",
    expired="That pass has expired. Ask your administrator for a new one.",
)
