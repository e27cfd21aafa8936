"""What texts say of changes. What they say of codes is tried where they are sent."""

from datetime import timedelta
from typing import get_args

import pytest
from pydantic import SecretStr

from schemas.base import MethodType
from schemas.enrollment import NoticeKind
from services.notifier.channels.base import Particulars
from services.notifier.channels.sms import TextMessages
from services.notifier.domain.delivery import Notice
from tests.support.builders.deliveries import delivery
from tests.support.clock import NOON

TEXTS = TextMessages()
LINK = "https://mysecurityinfo.northbridge.example/security-info/not-me?token=0123456789abcdefghijkl"
ONE_PART = 160
"""Characters of a text that is not cut, as long as all are in its alphabet (3GPP TS 23.038)."""


def told(kind: NoticeKind, method_type: MethodType | None, link: str | None = LINK) -> str:
    notice = Notice(
        notice_id="n-1", kind=kind, method_type=method_type, display_name="+44 •••• ••0142", happened_at=NOON
    )
    return TEXTS.compose(delivery("sms", notice), "+447700900142", _particulars(link)).body


def _particulars(link: str | None) -> Particulars:
    return Particulars("Northbridge", None, timedelta(hours=12), "localhost", SecretStr(link) if link else None)


@pytest.mark.parametrize("kind", get_args(NoticeKind))
@pytest.mark.parametrize("method_type", get_args(MethodType))
def test_every_change_fits_into_one_text(kind: NoticeKind, method_type: MethodType) -> None:
    """As enrollment asks for it: what has nothing to undo has no link, and a browser or a session is no method."""
    link = None if kind in {"methodSuspended", "newBrowser", "manyFailures", "sessionsEnded"} else LINK
    body = told(kind, None if kind in {"newBrowser", "sessionsEnded"} else method_type, link)
    assert body.isascii()
    assert len(body) <= ONE_PART
    assert kind not in body


def test_a_notice_says_what_changed_and_where_to_say_no() -> None:
    assert told("methodRegistered", "passkey") == f"Northbridge: passkey added to your account. Not you? {LINK}"


def test_without_a_link_it_says_whom_to_tell() -> None:
    assert told("methodSuspended", "phone", None) == (
        "Northbridge: phone suspended on your account. Not you? Tell the help desk."
    )


def test_a_notice_is_no_code() -> None:
    notice = told("methodRemoved", "phone")
    assert not any(word.strip(".").isdecimal() for word in notice.split())
    assert "@localhost" not in notice
