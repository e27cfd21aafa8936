"""What each page of the wizard shows, and how it becomes HTML. A view is plain data; the templates hold the words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.enrollment.wizard import texts
from services.enrollment.wizard.assets import mount_static, static_url, tenant_stylesheet, tenant_stylesheet_url

__all__ = [
    "CancelView",
    "CodeView",
    "Country",
    "DeliveryView",
    "DoneView",
    "FieldError",
    "Frame",
    "MessageView",
    "MethodLine",
    "Pages",
    "PhoneView",
    "Progress",
    "ProgressStep",
    "PromptView",
    "SuccessView",
    "View",
    "mount_static",
    "static_url",
    "tenant_stylesheet",
]

FormKey = str
"""Names one press of "Next", so that a second press asks for nothing new. No secret: cookie and CSRF token protect."""


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

    frame: Frame
    error: None = None


@dataclass(frozen=True)
class PhoneView:
    """Step 7: the phone number. `profile_note` tells of the risks of telephony, as strict profiles demand
    (NIST SP 800-63B-4, 3.2.9)."""

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
        if self.frame.now is None:
            return None
        return max(0, math.ceil((self.expires_at - self.frame.now).total_seconds() / 60)) or None

    @property
    def challenge_id(self) -> str:
        """The challenge that the form answers."""
        return parse_qs(urlsplit(self.events_url).query).get("challenge", [""])[0]


@dataclass(frozen=True)
class DoneView:
    """The end of a method's set-up: "Phone verified"."""

    frame: Frame
    heading: str
    text: str
    next_label: str
    error: None = None


@dataclass(frozen=True)
class SuccessView:
    """Step 10: everything that is set up."""

    frame: Frame
    methods: tuple[MethodLine, ...]
    error: None = None


@dataclass(frozen=True)
class CancelView:
    """Ask once before leaving; also the answer to "Not you?"."""

    frame: Frame
    error: None = None


@dataclass(frozen=True)
class MessageView:
    """Something to know and at most one thing to do: an ended session, a used ticket, a problem.

    `action` is a label and an address; `reference` the trace id to quote.
    """

    frame: Frame
    heading: str
    text: str
    action: tuple[str, str] | None = None
    reference: str | None = None
    error: None = None


View = PromptView | PhoneView | CodeView | DoneView | SuccessView | CancelView | MessageView

TEMPLATES: Final[Mapping[type, tuple[str, str]]] = MappingProxyType(
    {
        PromptView: ("prompt.html", "prompt"),
        PhoneView: ("phone.html", "phone"),
        CodeView: ("code.html", "phone.code"),
        DoneView: ("done.html", "phone.verified"),
        SuccessView: ("success.html", "success"),
        CancelView: ("cancel.html", ""),
        MessageView: ("message.html", ""),
    }
)
"""Template and the step's name in forms, by view."""


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
        template, step = TEMPLATES[type(view)]
        return self._environment.get_template(template).render(view=view, frame=view.frame, step=step)
