"""What the pages for administrators show."""

from dataclasses import dataclass
from typing import ClassVar

from services.enrollment.sessions.domain.session import Right
from services.enrollment.web.views import Frame


@dataclass(frozen=True)
class OperationsView:
    """Where it begins; `rights` are what the session may open."""

    template: ClassVar[str] = "operations/operations.html"
    step: ClassVar[str] = ""

    frame: Frame
    rights: tuple[Right, ...]
    error: None = None


@dataclass(frozen=True)
class OperationsClosedView:
    """What an administrator without a method has to do first."""

    template: ClassVar[str] = "operations/closed.html"
    step: ClassVar[str] = ""

    frame: Frame
    error: None = None


@dataclass(frozen=True)
class Share:
    """A number with its part of the whole, 0 to 100."""

    label: str
    count: int
    percent: int


@dataclass(frozen=True)
class FunnelRow:
    """A step: how many reached it, how long it took in the middle, and who left there, in words."""

    share: Share
    time: str
    left: tuple[str, ...]


@dataclass(frozen=True)
class FunnelGroup:
    """The steps of one type of method."""

    label: str
    rows: tuple[FunnelRow, ...]


@dataclass(frozen=True)
class MessageRow:
    """Messages of one channel, provider and country; `arrived` and `used` are parts of those that went out."""

    channel: str
    provider: str
    country: str
    asked: int
    sent: int
    arrived: Share
    used: Share


@dataclass(frozen=True)
class SuspectedRow:
    """What speaks against messages to a country, and how many went out all the same or were refused."""

    country: str
    why: str
    observed: int
    refused: int


@dataclass(frozen=True)
class MessagesView:
    """What became of messages. `is_all` is false where there were more than were looked at; `mode` says what is done
    with suspected ones."""

    template: ClassVar[str] = "operations/messages.html"
    step: ClassVar[str] = ""

    frame: Frame
    rows: tuple[MessageRow, ...]
    suspected: tuple[SuspectedRow, ...]
    mode: str
    is_all: bool = True
    error: None = None


@dataclass(frozen=True)
class ReportsView:
    """The reports. `ranges` and `decisions` are what can be chosen: value, label and whether it is; `is_all` and
    `are_all` are false where there is more than was looked at."""

    template: ClassVar[str] = "operations/reports.html"
    step: ClassVar[str] = ""

    frame: Frame
    ranges: tuple[tuple[str, str, bool], ...]
    decisions: tuple[tuple[str, str, bool], ...]
    started: int
    endings: tuple[Share, ...]
    under_way: int
    groups: tuple[FunnelGroup, ...]
    people: int
    registration: tuple[Share, ...]
    is_all: bool = True
    are_all: bool = True
    error: None = None
