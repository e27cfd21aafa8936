"""Mails of other letters and another direction, through a real server."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.notifier.channels.base import Particulars
from services.notifier.channels.email import Mails
from services.notifier.domain.delivery import Notice
from services.notifier.providers.mail.smtp import SmtpMail
from tests.support.builders.deliveries import delivery
from tests.support.clock import NOON, FixedClock
from tests.support.servers.mail_server import MailServer, mail_server

TO = "sam@northbridge.example"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    async with mail_server(tmp_path) as running:
        yield running


async def arrived(server: MailServer, locale: str, notice: Notice | None = None) -> tuple[str, str, str]:
    """Subject, text and HTML as a reader of mail has them."""
    link = SecretStr("https://id.example/not-me?token=abc") if notice else None
    particulars = Particulars(
        "Nordbrücke", None if notice else SecretStr("012345"), timedelta(minutes=5), "id.example", link
    )
    message = Mails().compose(delivery("email", notice, locale=locale), TO, particulars)
    await SmtpMail(server.account(), FixedClock()).send(message)
    mail = server.mails[0]
    assert mail.as_bytes().isascii()
    return str(mail["Subject"]), _part(mail, "plain"), _part(mail, "html")


async def test_a_code_in_german(server: MailServer) -> None:
    subject, text, html = await arrived(server, "de-AT")
    assert subject == "Ihr Code für Nordbrücke"
    assert text.startswith("012345 ist Ihr Code für Nordbrücke. Er gilt 5 Minuten.")
    assert '<html lang="de" dir="ltr">' in html
    assert "Wenn Sie keinen Code angefordert haben, müssen Sie nichts tun." in html


async def test_a_notice_in_arabic(server: MailServer) -> None:
    notice = Notice(
        notice_id="n-1",
        kind="methodRegistered",
        method_type="phone",
        display_name="+44 •••• ••0142",
        happened_at=NOON,
    )
    subject, text, html = await arrived(server, "ar", notice)
    assert subject == "أُضيفت طريقة لتسجيل الدخول: حسابك لدى Nordbrücke"
    assert "الطريقة: الهاتف، \u2068+44 •••• ••0142\u2069" in text
    assert "\nhttps://id.example/not-me?token=abc\n" in text.replace("\r\n", "\n")
    assert '<html lang="ar" dir="rtl">' in html
    assert '<a href="https://id.example/not-me?token=abc"' in html


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())
