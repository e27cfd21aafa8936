"""What each page of the wizard shows, and how it becomes HTML. A view is plain data; the templates hold the words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final, Literal
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import SecretStr

from services.enrollment.wizard import texts
from services.enrollment.wizard.assets import mount_static, static_url, tenant_stylesheet, tenant_stylesheet_url

__all__ = [
    "ApprovalState",
    "CancelView",
    "Choice",
    "ChooseView",
    "CodeView",
    "Country",
    "DeliveryView",
    "DoneView",
    "DownloadView",
    "FieldError",
    "Frame",
    "MessageView",
    "MethodLine",
    "Pages",
    "PhoneView",
    "Progress",
    "ProgressStep",
    "PromptView",
    "ScanView",
    "SetupView",
    "SuccessView",
    "TryView",
    "View",
    "mount_static",
    "static_url",
    "tenant_stylesheet",
]

FormKey = str
"""Names one press of "Next", so that a second press asks for nothing new. No secret: cookie and CSRF token protect."""

ApprovalState = Literal["waiting", "approved", "denied", "expired", "wrongNumber", "failed"]
"""What became of a request that the app was asked to approve."""

Choice = tuple[str, str, str]
"""A method that can be chosen: its type, its name, and a sentence about it."""


@dataclass(frozen=True)
class ProgressStep:
    """A step of the current method."""

    label: str
    state: Literal["done", "current", "todo"]


@dataclass(frozen=True)
class Progress:
    """Where the person is: "Method 1 of 2", and the steps of this method."""

    method_number: int
    method_count: int
    steps: tuple[ProgressStep, ...]


@dataclass(frozen=True)
class Frame:
    """What surrounds every page.

    `tenant` chooses the stylesheet with the organisation's colour; `person` is the userPrincipalName. Without
    `session_id` and `csrf` the page has no forms. `now` is the server's time, which the browser's countdowns follow.
    """

    organization: str
    title: str
    tenant: str | None = None
    logo: str | None = None
    person: str | None = None
    session_id: str | None = None
    csrf: str | None = None
    progress: Progress | None = None
    session_ends_at: datetime | None = None
    now: datetime | None = None
    notice: str | None = None
    locale: str = "en"


@dataclass(frozen=True)
class FieldError:
    """What is wrong with a field, in a sentence."""

    field: str
    text: str


@dataclass(frozen=True)
class Country:
    """A choice of "Country or region"."""

    region: str
    name: str
    calling_code: int


@dataclass(frozen=True)
class DeliveryView:
    """What is known of the newest message."""

    state: Literal["queued", "sent", "delivered", "failed", "unknown"]
    text: str


@dataclass(frozen=True)
class MethodLine:
    """A method that is set up; `detail` is masked."""

    type: str
    label: str
    detail: str
    role: Literal["Default", "Backup"]


@dataclass(frozen=True)
class PromptView:
    """Step 1: more information required."""

    step: ClassVar[str] = "prompt"

    frame: Frame
    error: None = None


@dataclass(frozen=True)
class PhoneView:
    """Step 7: the phone number. `profile_note` tells of the risks of telephony, as strict profiles demand
    (NIST SP 800-63B-4, 3.2.9)."""

    step: ClassVar[str] = "phone"

    frame: Frame
    countries: tuple[Country, ...]
    region: str
    number: str
    form_token: FormKey
    error: FieldError | None = None
    profile_note: bool = False
    back: str | None = None


@dataclass(frozen=True)
class CodeView:
    """Step 8: what became of the message, and the code.

    `events_url` is where the changes of the challenge are streamed, with its id as the query's `challenge`. `checking`
    is shown while a code is being judged. `ended` means that no code is accepted any more: the person starts again.
    """

    step: ClassVar[str] = "phone.code"

    frame: Frame
    masked: str
    delivery: DeliveryView
    resend_at: datetime | None
    resend_available: bool
    sends_left: int
    attempts_left: int
    code_digits: int
    events_url: str
    expires_at: datetime
    error: FieldError | None = None
    checking: str | None = None
    ended: bool = False
    back: str | None = None

    @property
    def minutes_left(self) -> int | None:
        """How long the code lives, in whole minutes, begun ones counted; None without a `now` or after its end."""
        return _minutes_left(self.frame, self.expires_at)

    @property
    def challenge_id(self) -> str:
        """The challenge that the form answers."""
        return _challenge_of(self.events_url)


@dataclass(frozen=True)
class DownloadView:
    """Step 2: get the app. `app_url` is absolute; `qr_src` is the address of its picture (`wizard/qr.py`).

    `different_app` and `different_method` say whether policy allows the two ways around it.
    """

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
    """Step 3: add the account in the app."""

    step: ClassVar[str] = "authenticatorApp.setup"

    frame: Frame
    back: str | None = None
    error: None = None


@dataclass(frozen=True)
class ScanView:
    """Step 4: connect the app with the account, by picture or (`manual`) by typing `code` and `url`.

    `manual_href` and `scan_href` lead from one to the other. `open_here_href` is what the picture says, for the person
    whose phone is this device. `error` is what "Next" answers before the app was heard of. `events_url` streams
    `event: activation` with `{connected, deviceName, expired}`.
    """

    step: ClassVar[str] = "authenticatorApp.scan"

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
        return _minutes_left(self.frame, self.expires_at)

    @property
    def state(self) -> Literal["waiting", "connected", "expired"]:
        """What the page shows; an app that connected in time stays connected."""
        return "connected" if self.connected else "expired" if self.expired else "waiting"

    @property
    def code_groups(self) -> tuple[str, ...]:
        """The code in threes, to be read more easily."""
        code = self.code.get_secret_value()
        return tuple(code[at : at + 3] for at in range(0, len(code), 3))


@dataclass(frozen=True)
class TryView:
    """Step 5: approve a request in the app, with the number that is shown here.

    `push_known` is false when the app gets no notifications and has to be opened. `unheard` is what "Next" answers
    before the approval; `has_codes` offers a one-time code of the app instead; `reported` means that the person said
    that nobody asked for the request. `events_url` streams `event: challenge` with `{status, failure}`, with the
    challenge's id as the query's `challenge`.
    """

    step: ClassVar[str] = "authenticatorApp.test"

    frame: Frame
    device: str
    number: str
    state: ApprovalState
    events_url: str
    send_again_at: datetime | None
    expires_at: datetime
    push_known: bool = True
    unheard: bool = False
    reported: bool = False
    has_codes: bool = False
    back: str | None = None

    @property
    def error(self) -> str | None:
        """What went wrong, in words; None while waiting and once approved."""
        if self.state == "waiting":
            return texts.NOT_APPROVED_YET if self.unheard else None
        return None if self.state == "approved" else texts.APPROVAL[self.state].headline

    @property
    def challenge_id(self) -> str:
        """The request that the form is about."""
        return _challenge_of(self.events_url)

    @property
    def minutes_left(self) -> int | None:
        """How long the request can be approved, in whole minutes, begun ones counted."""
        return _minutes_left(self.frame, self.expires_at)


@dataclass(frozen=True)
class AppCodeView:
    """A one-time code that an app shows, instead of an approval (step 5) or as the only proof.

    `app` is how the person knows the app. `request_possible` offers the approval again. The rest as in `CodeView`.
    """

    step: str

    frame: Frame
    app: str
    attempts_left: int
    events_url: str
    expires_at: datetime
    code_digits: int = 6
    request_possible: bool = False
    error: FieldError | None = None
    checking: str | None = None
    ended: bool = False
    back: str | None = None

    @property
    def challenge_id(self) -> str:
        """The challenge that the form answers."""
        return _challenge_of(self.events_url)


@dataclass(frozen=True)
class ChooseView:
    """Another method than the one proposed; the form's field is `method`."""

    step: ClassVar[str] = "choose"

    frame: Frame
    choices: tuple[Choice, ...]
    back: str | None = None
    chosen: str = ""
    error: FieldError | None = None


@dataclass(frozen=True)
class DoneView:
    """The end of a method's set-up: "Phone verified", "Notification approved"."""

    frame: Frame
    heading: str
    text: str
    next_label: str
    step: str = "phone.verified"
    error: None = None


@dataclass(frozen=True)
class SuccessView:
    """Step 10: everything that is set up."""

    step: ClassVar[str] = "success"

    frame: Frame
    methods: tuple[MethodLine, ...]
    error: None = None


@dataclass(frozen=True)
class CancelView:
    """Ask once before leaving; also the answer to "Not you?"."""

    step: ClassVar[str] = ""

    frame: Frame
    error: None = None


@dataclass(frozen=True)
class MessageView:
    """Something to know and at most one thing to do: an ended session, a used ticket, a problem.

    `action` is a label and an address; `reference` the trace id to quote.
    """

    step: ClassVar[str] = ""

    frame: Frame
    heading: str
    text: str
    action: tuple[str, str] | None = None
    reference: str | None = None
    error: None = None


View = (
    PromptView
    | DownloadView
    | SetupView
    | ScanView
    | TryView
    | AppCodeView
    | ChooseView
    | PhoneView
    | CodeView
    | DoneView
    | SuccessView
    | CancelView
    | MessageView
)
"""Each has `step`, the step's name in forms (empty where no form belongs to one), and `error`, shown in the title."""

TEMPLATES: Final[Mapping[type, str]] = MappingProxyType(
    {
        PromptView: "prompt.html",
        DownloadView: "download.html",
        SetupView: "setup.html",
        ScanView: "scan.html",
        TryView: "try.html",
        AppCodeView: "app_code.html",
        ChooseView: "choose.html",
        PhoneView: "phone.html",
        CodeView: "code.html",
        DoneView: "done.html",
        SuccessView: "success.html",
        CancelView: "cancel.html",
        MessageView: "message.html",
    }
)


class Pages:
    """Turns views into pages. Every value is escaped; a name that a template does not find is an error."""

    def __init__(self, directory: Path = Path(__file__).parent / "templates") -> None:
        self._environment = Environment(
            loader=FileSystemLoader(directory),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static_url=static_url, tenant_stylesheet_url=tenant_stylesheet_url, texts=texts, live=texts.LIVE
        )

    def render(self, view: View) -> str:
        """The page as a full HTML document."""
        template = self._environment.get_template(TEMPLATES[type(view)])
        return template.render(view=view, frame=view.frame, step=view.step)


def _minutes_left(frame: Frame, end: datetime) -> int | None:
    """Whole minutes until `end`, begun ones counted; None without a `now` or after the end."""
    if frame.now is None:
        return None
    return max(0, math.ceil((end - frame.now).total_seconds() / 60)) or None


def _challenge_of(events_url: str) -> str:
    return parse_qs(urlsplit(events_url).query).get("challenge", [""])[0]
