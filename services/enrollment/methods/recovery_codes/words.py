"""The words of recovery codes."""

from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import ngettext_lazy
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.proofs.typed_secret.words import SecretWords

_NUMBER: Final = ngettext_lazy("{number} code", "{number} codes")


def _which(display_name: str) -> str:
    number = display_name.partition(" ")[0]
    return _NUMBER.of(int(number)) if number.isdecimal() else display_name


WORDS: Final = MethodWords(
    type="recoveryCodes",
    name=Name(_("Recovery codes"), _("Keep ten codes in a safe place for the day when nothing else is at hand.")),
    guide="recovery-codes",
    prove=_("Type one of the codes that you saved."),
    titles={
        "recoveryCodes": _("Recovery codes"),
        "recoveryCodes.show": _("Save your recovery codes"),
        "recoveryCodes.verified": _("Recovery codes saved"),
    },
    progress=(
        ("recoveryCodes", _("About the codes")),
        ("recoveryCodes.show", _("Save them")),
        ("recoveryCodes.verified", _("Done")),
    ),
    which=_which,
)
DONE: Final = Done(_("Recovery codes saved"), _("Each of your codes gets you in once when nothing else is at hand."))
PROOF: Final = SecretWords(
    heading=_("Recovery code"),
    about=_("Type one of the codes that you saved. Each works once."),
    hint=_("16 letters and digits. Capitals, spaces and dashes make no difference."),
    capitals="characters",
    malformed=_("A recovery code has 16 letters and digits."),
    expired=_("Start again."),
)
NOT_SAVED: Final = _("Save the codes first, then tick the box: they are not shown again.")
COPIED: Final = _("Codes copied.")
DOWNLOADED: Final = _("Codes downloaded.")
WRITTEN: Final = (
    _("Recovery codes, {organization}"),
    _("Account: {person}"),
    _("Made on {day}. Each code works once."),
)
"""The lines above the codes, in the file and on paper."""
