"""A notice: one change, told to one address, number or app, with a way to say that it was not the person's.

Source: NIST SP 800-63B-4, 4.6 (notices) and 4.1.2.1; OWASP ASVS 5.0, 6.3.7.
"""

from datetime import datetime, timedelta

from schemas.base import MethodType
from schemas.enrollment import NoticeKind, NoticeRequested
from schemas.topics import REQUESTS
from services.kit.decision import Change, Emission
from services.kit.errors import NoticeExpiredError
from services.kit.state import State

LIFE = timedelta(days=7)
"""Of the link, and of the news: a change that is read later, because a topic is read again from its beginning, is told
no more. What was told within that time is known (`store.KEEP`)."""
SENT_WITHIN = timedelta(hours=12)

WITHOUT_LINK: frozenset[NoticeKind] = frozenset({"methodSuspended", "newBrowser", "manyFailures", "sessionsEnded"})
"""There is nothing to undo in what protects the account, nor in what only happened to it."""


class Notice(State):
    """Kept as long as its link can be used. The token is stored hashed. `method_id` is empty where it
    is about no method; `device_id` is the app that shows it."""

    id: str
    tenant: str
    user: str
    kind: NoticeKind
    method_id: str
    method_type: MethodType | None = None
    display_name: str
    token_hash: str
    happened_at: datetime
    created_at: datetime
    used_at: datetime | None = None
    delivery: str = "queued"
    device_id: str | None = None

    def is_usable(self, now: datetime) -> bool:
        return self.used_at is None and now < self.created_at + LIFE

    def can_be_repudiated(self, now: datetime) -> bool:
        return self.is_usable(now) and self.kind not in WITHOUT_LINK


def use_by(happened_at: datetime, *, asked_at: datetime) -> datetime | None:
    """Until when a notice may be sent; None for news of the past."""
    end = happened_at + LIFE
    return min(asked_at + SENT_WITHIN, end) if asked_at < end else None


def requested(notice: Notice, event: NoticeRequested | None, correlation_id: str) -> Change[Notice]:
    """With what the notifier is asked to send; None where an app fetches it."""
    if event is None:
        return Change(notice)
    return Change(notice, (Emission(REQUESTS[event.channel], event, notice.tenant, notice.user, correlation_id),))


def use(notice: Notice, *, at: datetime) -> Change[Notice]:
    """ "This wasn't me", once. Raises `noticeExpired` after 7 days or once used."""
    if not notice.is_usable(at):
        raise NoticeExpiredError
    return Change(notice.model_copy(update={"used_at": at}))
