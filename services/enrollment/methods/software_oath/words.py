"""The words of a different authenticator app."""

from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.methods.base.words import Done, MethodWords, Name

_APP: Final = _("Authenticator app")


def _which(display_name: str) -> str:
    return _APP if display_name == _APP else display_name


WORDS: Final = MethodWords(
    type="softwareOath",
    name=Name(_("Other authenticator app"), _("Type codes from an app that you have already.")),
    guide="other-authenticator-app",
    prove=_("Type the code that your app shows."),
    titles={
        "softwareOath": _("Use a different authenticator app"),
        "softwareOath.scan": _("Scan the QR code"),
        "softwareOath.code": _("Enter the code from your app"),
        "softwareOath.verified": _("Authenticator app connected"),
    },
    progress=(
        ("softwareOath", _("Have your app ready")),
        ("softwareOath.scan", _("Scan")),
        ("softwareOath.code", _("Enter the code")),
        ("softwareOath.verified", _("Done")),
    ),
    which=_which,
)
DONE: Final = Done(
    _("Authenticator app connected"),
    _("Your app is registered as a backup method."),
    as_default=_("Your app is now your default method."),
)
COPIED: Final = _("Secret copied.")
