"""What the help pages show."""

from dataclasses import dataclass
from typing import ClassVar

from services.enrollment.web.help.topic import Topic
from services.enrollment.web.views import Frame


@dataclass(frozen=True)
class HelpView:
    """One topic. `back` leads to where the person was; `app_url` is where the authenticator app is, if it is shown,
    `reset_page` where the organisation's people reset their password."""

    template: ClassVar[str] = "help/topic.html"
    step: ClassVar[str] = ""

    frame: Frame
    topic: Topic
    related: tuple[Topic, ...]
    back: tuple[str, str] | None = None
    app_url: str | None = None
    reset_page: str | None = None
    error: None = None


@dataclass(frozen=True)
class HelpIndexView:
    """All topics in groups, each with a heading."""

    template: ClassVar[str] = "help/index.html"
    step: ClassVar[str] = ""

    frame: Frame
    groups: tuple[tuple[str, tuple[Topic, ...]], ...]
    back: tuple[str, str] | None = None
    error: None = None
