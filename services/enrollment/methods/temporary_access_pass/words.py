"""The words of a Temporary Access Pass, which nobody sets up for themselves."""

from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.methods.base.words import MethodWords, Name
from services.enrollment.proofs.typed_secret.words import SecretWords

WORDS: Final = MethodWords(
    type="temporaryAccessPass",
    name=Name(_("Temporary Access Pass"), ""),
    guide="temporary-access-pass",
    prove=_("Type the pass that your organisation gave you."),
)
PROOF: Final = SecretWords(
    heading=_("Temporary Access Pass"),
    about=_("Type the pass that your organisation gave you."),
    hint=_("8 to 48 characters. Capitals matter."),
    capitals="none",
    malformed=_("A pass has 8 to 48 characters."),
    expired=_("That pass has expired. Ask your administrator for a new one."),
)
