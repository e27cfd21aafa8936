"""The words of the authenticator app."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.web.words import StateText

WORDS: Final = MethodWords(
    type="authenticatorApp",
    name=Name(_("Authenticator app"), _("Approve sign-ins with one tap in the authenticator app.")),
    guide="authenticator-app",
    prove=_("Approve a request in the app on {where}."),
    titles={
        "authenticatorApp": _("Authenticator app"),
        "authenticatorApp.setup": _("Set up your account"),
        "authenticatorApp.scan": _("Scan the QR code"),
        "authenticatorApp.test": _("Let's try it out"),
        "authenticatorApp.code": _("Enter the code from your app"),
        "authenticatorApp.verified": _("Notification approved"),
    },
    progress=(
        ("authenticatorApp", _("Get the app")),
        ("authenticatorApp.setup", _("Set up")),
        ("authenticatorApp.scan", _("Scan")),
        ("authenticatorApp.test", _("Try it out")),
        ("authenticatorApp.verified", _("Done")),
    ),
    instead={"authenticatorApp.code": "authenticatorApp.test"},
    is_known_by_device=True,
)
DONE: Final = Done(
    _("Notification approved"),
    _("The app is connected and is registered as a backup method."),
    as_default=_("The app is connected and is now your default method."),
    next_label=_("Next"),
    replaced=_("Your old phone was removed."),
)


@dataclass(frozen=True)
class ConnectingWords:
    """What the page of the QR code says."""

    states: Mapping[str, StateText]
    unheard: str
    still_valid: str
    copied: str
    copied_url: str


@dataclass(frozen=True)
class ApprovalWords:
    """What the page of a request says; `{seconds}` is filled in by the script."""

    states: Mapping[str, StateText]
    unheard: str
    first: str
    too_soon: str
    again_now: str
    suspended: str
    not_suspended: str
    sent_to: str
    sent: str
    open_app_of: str
    open_app: str


QR_CODE: Final = _("QR code that connects the authenticator app with {person}")
CONNECTING: Final = ConnectingWords(
    states={
        "waiting": StateText(_("Waiting for your app…"), ""),
        "connected": StateText(_("Your app is connected. Select Next."), ""),
        "expired": StateText(_("This QR code has expired"), _("A new one takes its place when you ask for it.")),
    },
    unheard=_("We haven't heard from your app yet. Scan the code first, then select Next."),
    still_valid=_("It works for {seconds} more."),
    copied=_("Code copied."),
    copied_url=_("URL copied."),
)
APPROVAL: Final = ApprovalWords(
    states={
        "waiting": StateText(_("Waiting for your approval…"), ""),
        "approved": StateText(_("Approved. Select Next."), ""),
        "denied": StateText(
            _("You denied the request"),
            _("Was it by mistake? Try again. If you didn't ask for this request, report it."),
        ),
        "expired": StateText(
            _("No answer"), _("The request wasn't answered in time. Have the app at hand, then try again.")
        ),
        "wrongNumber": StateText(
            _("Wrong number"), _("The number in the app wasn't the one on this page. A new request shows a new number.")
        ),
        "reported": StateText(_("You reported the request"), ""),
        "failed": StateText(_("That didn't work"), _("The request couldn't be completed. Nothing you set up is lost.")),
        "cancelled": StateText(
            _("This request was cancelled"),
            _("It can't be approved any more. That happens where the app was removed or can't be used for now."),
        ),
        "replaced": StateText(_("A newer request took its place"), _("It has a number of its own. Go on to see it.")),
        "superseded": StateText(
            _("A newer request took its place"), _("It was asked for on another page. Go on there, or try again here.")
        ),
    },
    unheard=_("We haven't heard from your app yet. Approve the request there, then select Next."),
    first=_("Approve the request in the app first."),
    too_soon=_("You can ask for another request in {seconds}."),
    again_now=_("You can ask for another request now."),
    suspended=_(
        "{organization} was told, and {device} can't be used until you restore it: in My security info, after you "
        "verified with another method. Change your password if others may know it."
    ),
    not_suspended=_("{organization} was told. Change your password if others may know it."),
    sent_to=_("Approve the notification that we sent to {device}."),
    sent=_("Approve the notification that we sent to your app."),
    open_app_of=_(
        "Open the authenticator app now, and approve the request there. It is the one that you added as {device}."
    ),
    open_app=_("Open the authenticator app now, and approve the request there."),
)
