"""What mails say."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from pydantic import SecretStr

from schemas.base import MethodType
from schemas.enrollment import NoticeKind
from services.kit.config.tenants import Sender
from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.channels.email import Mails
from services.notifier.domain.delivery import Notice
from services.notifier.providers.base import Message
from tests.support.builders.deliveries import delivery
from tests.support.clock import NOON

MAILS = Mails()
TO = "sam@northbridge.example"
LINK = "http://localhost:8000/security-info/not-me?token=abc&x=1"


def particulars(*, code: str | None = None, link: str | None = None, organization: str = "Northbridge") -> Particulars:
    life = timedelta(minutes=5)
    return Particulars(
        organization, SecretStr(code) if code else None, life, "localhost", SecretStr(link) if link else None
    )


def notice_of(
    kind: NoticeKind = "methodRegistered", method_type: MethodType = "phone", name: str = "+44 •••• ••0142"
) -> Notice:
    return Notice(notice_id="n-1", kind=kind, method_type=method_type, display_name=name, happened_at=NOON)


def told(notice: Notice, link: str | None = LINK) -> Message:
    return MAILS.compose(delivery("email", notice), "sam@northbridge.example", particulars(link=link))


def test_a_code_comes_with_its_life_and_a_warning() -> None:
    mail = MAILS.compose(delivery("email"), "sam@northbridge.example", particulars(code="012345"))
    assert mail.subject == "Your Northbridge code"
    for shown in (mail.body, mail.html):
        assert re.findall(r"\d{6}", shown) == ["012345"]
        assert "5 minutes" in shown
        assert "Nobody from Northbridge will ever ask you for it." in shown


def test_without_a_code_there_is_nothing_to_send() -> None:
    with pytest.raises(UnfitRequestError):
        MAILS.compose(delivery("email"), "sam@northbridge.example", particulars())


def test_a_notice_says_what_changed_when_and_what_to_do() -> None:
    mail = told(notice_of())
    assert mail.subject == "A sign-in method was added: your Northbridge account"
    for said in ("phone, +44 •••• ••0142", "24 November 2046, 12:00 UTC", "Northbridge", LINK, "This wasn't me"):
        assert said in mail.body
    shown = (
        "phone, <bdi>+44 •••• ••0142</bdi>",
        "24 November 2046, 12:00 UTC",
        "Northbridge",
        LINK.replace("&", "&amp;"),
    )
    for said in shown:
        assert said in mail.html


def test_without_a_link_it_says_whom_to_tell() -> None:
    mail = told(notice_of("methodSuspended"), link=None)
    for shown in (mail.body, mail.html):
        assert "http" not in shown
        assert "tell those who look after accounts at Northbridge" in shown


@pytest.mark.parametrize("kind", get_args(NoticeKind))
@pytest.mark.parametrize("method_type", get_args(MethodType))
def test_every_change_of_every_method_has_words(kind: NoticeKind, method_type: MethodType) -> None:
    mail = told(notice_of(kind, method_type))
    assert mail.subject
    assert kind not in mail.body + mail.html


def test_a_name_that_says_nothing_new_is_left_out() -> None:
    assert "Method: passkey\n" in told(notice_of(method_type="passkey", name="Passkey")).body


def test_a_name_is_one_line_and_no_markup() -> None:
    mail = told(
        notice_of(method_type="authenticatorApp", name="<b>Sam's</b>\r\nBcc: eve@evil.example\u202e {{ link }}")
    )
    assert "Method: authenticator app, <b>Sam's</b> Bcc: eve@evil.example {{ link }}\n" in mail.body
    assert "<b>" not in mail.html


def test_a_subject_is_one_line_whatever_the_organization() -> None:
    mail = MAILS.compose(delivery("email"), "s@n.example", particulars(code="012345", organization="North\r\nBcc: x"))
    assert mail.subject == "Your North Bcc: x code"


def test_an_organisation_is_the_sender_as_far_as_it_says_so() -> None:
    own = replace(particulars(code="012345"), sender=Sender(mail="id@southgate.example"))
    mail = MAILS.compose(delivery("email"), "s@n.example", own)
    assert (mail.sender, mail.sender_name) == ("id@southgate.example", "")
    assert MAILS.compose(delivery("email"), "s@n.example", particulars(code="012345")).sender == ""


def test_mails_wear_the_colour_of_the_organisation() -> None:
    wears = replace(particulars(code="012345", link=LINK), accent="#7a3e9d")
    for mail in (MAILS.compose(delivery("email"), TO, wears), MAILS.compose(delivery("email", notice_of()), TO, wears)):
        assert re.search(r"border-top: 4px solid #7a3e9d[^>]*>Northbridge<", mail.html)


def test_the_code_stands_first_in_the_subject_where_the_organisation_wants_it() -> None:
    wanted = replace(particulars(code="012345"), code_in_subject=True)
    assert MAILS.compose(delivery("email"), "sam@northbridge.example", wanted).subject == (
        "012345 is your Northbridge code"
    )
