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
from services.notifier.domain.segments import segments
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


def coded(organization: str = "Northbridge", host: str | None = "localhost") -> str:
    particulars = Particulars(organization, SecretStr("012345"), timedelta(minutes=5), host)
    return TEXTS.compose(delivery("sms"), "+447700900142", particulars).body


def test_the_last_line_binds_the_code_to_the_page() -> None:
    assert coded() == (
        "012345 is your Northbridge code. It works for 5 minutes. Never share it with anyone.\n\n@localhost #012345"
    )
    assert coded(host=None) == "012345 is your Northbridge code. It works for 5 minutes. Never share it with anyone."


@pytest.mark.parametrize(
    ("organization", "host", "says"),
    [
        ("N" * 64, "security-info.northbridge.example", f"012345 is your {'N' * 64} code."),
        ("Zürich & Ørsted", "id.example", "012345 is your Zürich & Ørsted code. It works for 5 minutes."),
        ("Универмаг", "security-info.example", "012345 is your Универмаг code."),
        ("Министерство транспорта", "security-info.northbridge.example", "012345 is your code."),
    ],
)
def test_a_text_says_less_before_it_is_cut(organization: str, host: str, says: str) -> None:
    body = coded(organization, host)
    assert body.startswith(says)
    assert body.endswith(f"\n\n@{host} #012345")
    assert segments(body) == 1


def test_what_cannot_be_whole_is_as_short_as_may_be() -> None:
    body = coded("Северный мост", "a-very-long-name-of-a-host-" * 6 + "example")
    assert body.startswith("012345 is your code.\n\n@")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("•" * 70, 1),
        ("•" * 71, 2),
        ("\ud800" * 71, 2),
    ],
)
def test_the_parts_of_a_text_are_counted_as_networks_do(text: str, parts: int) -> None:
    assert segments(text) == parts
