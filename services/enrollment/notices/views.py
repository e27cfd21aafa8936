"""What "This wasn't me?" shows, and what an app shows of changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import SecretStr

from services.enrollment.notices.domain import Notice
from services.enrollment.notices.words import notice_text
from services.enrollment.web.views import Frame


def shown_to_app(notice: Notice, now: datetime) -> dict[str, object]:
    """As the device API tells of it. `canReport` where "This wasn't me" can still be said."""
    return {
        "noticeId": notice.id,
        "text": notice_text(notice),
        "happenedAt": notice.happened_at.isoformat().replace("+00:00", "Z"),
        "canReport": notice.can_be_repudiated(now),
    }


@dataclass(frozen=True)
class NotMeView:
    """The page of the link in a notice: `text` is what changed and when, `what` the button will do or did (`done`)."""

    template: ClassVar[str] = "notices/not_me.html"
    step: ClassVar[str] = ""

    frame: Frame
    text: str
    token: SecretStr
    done: bool
    what: tuple[str, ...]
    error: None = None
