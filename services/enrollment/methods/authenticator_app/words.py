"""The words of the authenticator app."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.web.words import StateText

WORDS: Final = MethodWords(
    type="authenticatorApp",
    name=Name("Authenticator app", "Approve sign-ins with one tap in the authenticator app."),
    guide="authenticator-app",
    prove="Approve a request in the app on {where}.",
    titles={
        "authenticatorApp": "Authenticator app",
        "authenticatorApp.setup": "Set up your account",
        "authenticatorApp.scan": "Scan the QR code",
        "authenticatorApp.test": "Let's try it out",
        "authenticatorApp.code": "Enter the code from your app",
        "authenticatorApp.verified": "Notification approved",
    },
    progress=(
        ("authenticatorApp", "Get the app"),
        ("authenticatorApp.setup", "Set up"),
        ("authenticatorApp.scan", "Scan"),
        ("authenticatorApp.test", "Try it out"),
        ("authenticatorApp.verified", "Done"),
    ),
    instead={"authenticatorApp.code": "authenticatorApp.test"},
    is_known_by_device=True,
)
DONE: Final = Done(
    "Notification approved",
    "The app is connected and is {use}.",
    next_label="Next",
    replaced="Your old phone was removed.",
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


CONNECTING: Final = ConnectingWords(
    states={
        "waiting": StateText("Waiting for your app…", ""),
        "connected": StateText("Your app is connected. Select Next.", ""),
        "expired": StateText("This QR code has expired", "A new one takes its place when you ask for it."),
    },
    unheard="We haven't heard from your app yet. Scan the code first, then select Next.",
    still_valid="It works for {seconds} more.",
    copied="Code copied.",
    copied_url="URL copied.",
)
APPROVAL: Final = ApprovalWords(
    states={
        "waiting": StateText("Waiting for your approval…", ""),
        "approved": StateText("Approved. Select Next.", ""),
        "denied": StateText(
            "You denied the request", "Was it by mistake? Try again. If you didn't ask for this request, report it."
        ),
        "expired": StateText("No answer", "The request wasn't answered in time. Have the app at hand, then try again."),
        "wrongNumber": StateText(
            "Wrong number", "The number in the app wasn't the one on this page. A new request shows a new number."
        ),
        "reported": StateText("You reported the request", ""),
        "failed": StateText("That didn't work", "The request couldn't be completed. Nothing you set up is lost."),
        "cancelled": StateText(
            "This request was cancelled",
            "It can't be approved any more. That happens where the app was removed or can't be used for now.",
        ),
        "replaced": StateText("A newer request took its place", "It has a number of its own. Go on to see it."),
        "superseded": StateText(
            "A newer request took its place", "It was asked for on another page. Go on there, or try again here."
        ),
    },
    unheard="We haven't heard from your app yet. Approve the request there, then select Next.",
    first="Approve the request in the app first.",
    too_soon="You can ask for another request in {seconds}.",
    again_now="You can ask for another request now.",
    suspended=(
        "{organization} was told, and {device} can't be used until you restore it: in My security info, after you "
        "verified with another method. Change your password if others may know it."
    ),
    not_suspended="{organization} was told. Change your password if others may know it.",
)
