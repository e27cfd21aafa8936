"""What the pages of the authenticator app show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import SecretStr

from services.enrollment.methods.authenticator_app.words import APPROVAL, CONNECTING, ApprovalWords, ConnectingWords
from services.enrollment.web.views import Frame, challenge_of, in_groups, minutes_left
from services.enrollment.web.words import StateText

ApprovalState = Literal[
    "waiting", "approved", "denied", "expired", "wrongNumber", "failed", "cancelled", "superseded", "reported"
]
"""What became of a request that the app was asked to approve."""


@dataclass(frozen=True)
class DownloadView:
    """Get the app. `app_url` is absolute; `qr_src` is the address of its picture.

    `different_app` and `different_method` say whether policy allows the two ways around it.
    """

    template: ClassVar[str] = "authenticator_app/download.html"
    step: ClassVar[str] = "authenticatorApp"

    frame: Frame
    app_url: str
    qr_src: str | None = None
    store_links: tuple[tuple[str, str], ...] = ()
    different_app: bool = False
    different_method: bool = False
    back: str | None = None
    error: None = None


@dataclass(frozen=True)
class SetupView:
    """Add the account in the app."""

    template: ClassVar[str] = "authenticator_app/setup.html"
    step: ClassVar[str] = "authenticatorApp.setup"

    frame: Frame
    back: str | None = None
    error: None = None


@dataclass(frozen=True)
class ScanView:
    """Connect the app with the account, by picture or (`manual`) by typing `code` and `url`.

    `manual_href` and `scan_href` lead from one to the other. `open_here_href` is what the picture says, for the person
    whose phone is this device. `error` is what "Next" answers before the app was heard of. `events_url` streams
    `event: activation` with `{connected, deviceName, expired}`.
    """

    template: ClassVar[str] = "authenticator_app/scan.html"
    step: ClassVar[str] = "authenticatorApp.scan"
    words: ClassVar[ConnectingWords] = CONNECTING

    frame: Frame
    qr_src: str
    qr_alt: str
    code: SecretStr
    url: str
    manual_href: str
    open_here_href: str
    events_url: str
    expires_at: datetime
    scan_href: str = "/security-info/setup"
    manual: bool = False
    connected: bool = False
    device_name: str | None = None
    expired: bool = False
    error: str | None = None
    back: str | None = None

    @property
    def minutes_left(self) -> int | None:
        """How long picture and code can be used, in whole minutes, begun ones counted."""
        return minutes_left(self.frame, self.expires_at)

    @property
    def state(self) -> Literal["waiting", "connected", "expired"]:
        return "connected" if self.connected else "expired" if self.expired else "waiting"

    @property
    def code_groups(self) -> tuple[str, ...]:
        return in_groups(self.code.get_secret_value(), 3)


@dataclass(frozen=True)
class TryView:
    """Approve a request in the app, with the number that is shown here.

    `device` is how the person knows it, None where it has no name. `push_known` is false when the app gets no
    notifications and has to be opened. `unheard` is what "Next" answers before the approval; `has_codes` offers a
    one-time code of the app instead, `other_method` another proof; `reported` means that the person said that nobody
    asked for the request, and `suspends` that the app is suspended by that.
    """

    template: ClassVar[str] = "authenticator_app/try.html"
    words: ClassVar[ApprovalWords] = APPROVAL

    frame: Frame
    device: str | None
    number: str
    state: ApprovalState
    events_url: str
    send_again_at: datetime | None
    expires_at: datetime
    push_known: bool = True
    unheard: bool = False
    reported: bool = False
    suspends: bool = False
    has_codes: bool = False
    back: str | None = None
    other_method: bool = False
    step: str = "authenticatorApp.test"

    @property
    def asked(self) -> str:
        """What to approve, and where."""
        named = APPROVAL.sent_to if self.push_known else APPROVAL.open_app_of
        nameless = APPROVAL.sent if self.push_known else APPROVAL.open_app
        return named.format(device=self.device) if self.device else nameless

    @property
    def states(self) -> Mapping[str, StateText]:
        """What each state is called, with what follows from a report."""
        headline, _ = APPROVAL.states["reported"]
        detail = APPROVAL.suspended if self.suspends else APPROVAL.not_suspended
        filled = detail.format(organization=self.frame.organization, device=self.device or "")
        return {**APPROVAL.states, "reported": StateText(headline, filled)}

    @property
    def error(self) -> str | None:
        """What went wrong, in words; None while waiting, once approved and once reported."""
        if self.state == "waiting":
            return APPROVAL.unheard if self.unheard else None
        return None if self.state in {"approved", "reported"} else APPROVAL.states[self.state].headline

    @property
    def challenge_id(self) -> str:
        return challenge_of(self.events_url)

    @property
    def minutes_left(self) -> int | None:
        """How long the request can be approved, in whole minutes, begun ones counted."""
        return minutes_left(self.frame, self.expires_at)
