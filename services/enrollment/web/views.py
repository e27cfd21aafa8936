"""What the pages show that belong to no site, and what all views share: the frame around a page, a field in error."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

from services.enrollment.i18n import gettext as _
from services.enrollment.web.words import HEADING

FormKey = str
"""Names one press of "Next", so that a second press asks for nothing new. No secret: cookie and CSRF token protect."""

Choice = tuple[str, str, str]
"""Something that can be chosen: its value in the form, its name, and a sentence about it."""


class MethodChoice(NamedTuple):
    """A method that can be chosen: its value in the form, its name, a sentence about it, and its type, which has an
    icon. `recommended` stands beside the name."""

    value: str
    label: str
    sentence: str
    type: str
    recommended: bool = False


MessageState = Literal["queued", "sent", "delivered", "failed", "unknown"]


@dataclass(frozen=True)
class Told:
    """What is known of a message or a call, in words; after `seconds` without news, `later` is all that is known.
    `help_in` are the seconds after which the page says by itself what helps; None: never."""

    state: MessageState
    text: str
    seconds: int = 0
    later: "Told | None" = None
    help_in: int | None = None

    @property
    def news(self) -> dict[str, object]:
        """The same for the page's script."""
        later = {"state": self.later.state, "text": self.later.text, "seconds": self.seconds} if self.later else None
        return {"state": self.state, "text": self.text, "later": later, "helpIn": self.help_in}


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
class Site:
    """The addresses of a site: its page, what becomes of a proof live, and the ways to stay or to leave.

    `goes_on` leads on by itself once a request is approved: nothing more is to be read.
    """

    page: str
    events: str
    cancel: str
    stay: str
    leave: str
    goes_on: bool = False


WIZARD = "/security-info/setup"
MANAGE = "/security-info"
OPERATIONS = "/operations"

SETUP = Site(
    page=WIZARD,
    events=f"{WIZARD}/events",
    cancel="/security-info/cancel",
    stay="/security-info/stay",
    leave="/security-info/return",
)
VERIFY = Site(
    page="/verify",
    events="/verify/events",
    cancel="/verify/cancel",
    stay="/verify/stay",
    leave="/verify/return",
    goes_on=True,
)


@dataclass(frozen=True)
class Frame:
    """What surrounds every page.

    `tenant` chooses the stylesheet with the organisation's colour; `person` is the userPrincipalName. Without
    `session_id` and `csrf` the page has no forms. `now` is the server's time, which the browser's countdowns follow.
    `heading` is the h1 above the heading of a step. `managing` leads back to "My security info" instead of cancelling;
    `operating` is the same for the pages for administrators; `leave` is false where neither is offered. `help_desk` is
    how the organisation says that people reach its help desk.
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
    heading: str = HEADING
    managing: bool = False
    leave: bool = True
    site: Site = SETUP
    operating: bool = False
    help_desk: str | None = None

    @property
    def initial(self) -> str:
        """Stands for a logo."""
        return str(self.organization)[:1]


@dataclass(frozen=True)
class FieldError:
    """What is wrong with a field, in a sentence."""

    field: str
    text: str


@dataclass(frozen=True)
class ChooseView:
    """Another method than the one proposed, or one to prove; the form's field is `method`. `only` is said instead of
    the question where there is a single one."""

    template: ClassVar[str] = "choose.html"

    frame: Frame
    choices: tuple[MethodChoice, ...]
    back: str | None = None
    chosen: str = ""
    error: FieldError | None = None
    question: str = _("Which method do you want to set up?")
    only: str = _("There is one other method that you can set up:")
    heading: str = _("Choose a method")
    step: str = "choose"


@dataclass(frozen=True)
class CancelView:
    """Ask once before leaving; also the answer to "Not you?"."""

    template: ClassVar[str] = "cancel.html"
    step: ClassVar[str] = ""

    frame: Frame
    error: None = None


@dataclass(frozen=True)
class ReportView:
    """Ask once before somebody says that a request was not theirs."""

    template: ClassVar[str] = "report.html"

    frame: Frame
    challenge_id: str
    step: str
    error: None = None


@dataclass(frozen=True)
class MessageView:
    """Something to know and at most one thing to do: an ended session, a used ticket, a problem.

    `action` and `help` are a label and an address; `reference` the trace id to quote.
    """

    template: ClassVar[str] = "message.html"
    step: ClassVar[str] = ""

    frame: Frame
    heading: str
    text: str
    action: tuple[str, str] | None = None
    reference: str | None = None
    help: tuple[str, str] | None = None
    error: None = None


def minutes_left(frame: Frame, end: datetime) -> int | None:
    """Whole minutes until `end`, begun ones counted; None without a `now` or after the end."""
    if frame.now is None:
        return None
    return max(0, math.ceil((end - frame.now).total_seconds() / 60)) or None


def challenge_of(events_url: str) -> str:
    return parse_qs(urlsplit(events_url).query).get("challenge", [""])[0]


def in_groups(code: str, size: int) -> tuple[str, ...]:
    return tuple(code[at : at + size] for at in range(0, len(code), size))
