"""Each method is set up in a language that no one speaks: no page shows a word that is in no catalogue, and nothing of
that language is stored, told or answered."""

import json
import re
from base64 import b32decode
from collections.abc import Iterator

import pytest

from services.kit.crypto.codes import hotp_code
from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import DIFFERENT, connected, number_on, typed_on
from tests.support.people.api import TOKEN_SECRET, Platform, Somebody, done
from tests.support.people.app_codes import shown_code
from tests.support.people.numbers import fresh_number
from tests.support.web.pseudo import speak_pseudo, unmarked
from tests.support.web.walking import BRACKETS, Walker

pytestmark = pytest.mark.timeout(120)

STEP = re.compile(r'name="step" value="([^"]*)"')
OPTION = re.compile(r'<option value="(?!")[^"]*"[^>]*>[^⟦<]*</option>')
"""A country, which CLDR names, or a question of the organisation's own."""


class Reader:
    """What was not marked on the pages that a browser has shown."""

    def __init__(self, *data: str) -> None:
        self._data = "\n".join(("Northbridge", *data))
        self.steps: set[str] = set()
        self.unmarked: list[tuple[str, str]] = []

    def look(self, walker: Walker) -> None:
        found = STEP.search(walker.html)
        if not found:
            return
        self.steps.add(found[1])
        data = "\n".join((self._data, *values_on(walker.html)))
        self.unmarked += [(found[1], piece) for piece in unmarked(OPTION.sub("", walker.html), data)]


def values_on(html: str) -> list[str]:
    """What was typed, what is copied, and addresses elsewhere: no words of ours."""
    found = re.findall(r'<input [^>]*value="([^"]*)"|data-(?:copy|value|codes)="([^"]*)"|href="(http[^"]*)"', html)
    return [value for groups in found for value in groups if value]


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    speak_pseudo(monkeypatch)


@pytest.fixture
def reader(kim: Somebody) -> Reader:
    return Reader(f"{kim.id}@northbridge.example")


@pytest.fixture
def visitor(product: Product, kim: Somebody, reader: Reader, pseudo: None) -> Iterator[Visitor]:
    """Somebody who reads German, at the page of the first method. All that came of it is read in the end."""
    visitor = product.visitor()
    visitor.walker.on_page = reader.look
    yield visitor.open(kim.sign_in("everyone", locale="de")["url"]).press("Next")
    assert reader.unmarked == []
    assert not any(bracket in text for text in stored_of(product, kim) for bracket in BRACKETS)


def stored_of(product: Product, person: Somebody) -> Iterator[str]:
    """The account, the events, and what the API answers."""
    assert product.lab
    documents = product.lab.databases["enrollment"].documents("accounts")
    yield from (str(document) for document in list(documents.values()))
    yield from (envelope.event.model_dump_json() for envelope in product.told(person.id))
    yield json.dumps(person.methods(), ensure_ascii=False)


def chosen(visitor: Visitor, method: str) -> Visitor:
    return visitor.follow(DIFFERENT).press("Next", method=method)


def test_a_phone_by_text(visitor: Visitor, kim: Somebody, reader: Reader) -> None:
    number = fresh_number()
    chosen(visitor, "phone").press("Next", number="").press("Next", region="GB", number="12345")
    visitor.press("Next", region="GB", number="+33 6 12 34 56 78").press("Next", region="GB", number=number)
    code = kim.texted(number)
    visitor.press("Next", code="12").press("Next", code=f"{(int(code) + 1) % 1_000_000:06d}").press("Next", code=code)
    assert reader.steps >= {"phone", "phone.code", "phone.verified"}


def test_a_phone_by_call(visitor: Visitor, kim: Somebody, reader: Reader) -> None:
    number = fresh_number()
    chosen(visitor, "phone").press("Next", region="GB", number=number, delivery="voice").press("Next")
    kim.presses(number, "#")
    visitor.shows("⟦Phone verified⟧")
    assert reader.steps >= {"phone.call", "phone.verified"}


def test_an_address(visitor: Visitor, kim: Somebody, reader: Reader) -> None:
    address = f"{kim.id}@home.example"
    chosen(visitor, "email").press("Next", address="nobody").press("Next", address=f"{kim.id}@northbridge.example")
    visitor.press("Next", address=address).press("Next", code=kim.mailed(address))
    assert reader.steps >= {"email", "email.code", "email.verified"}


def test_security_questions(visitor: Visitor, reader: Reader) -> None:
    questions = ["first-pet", "first-car", "first-film"]
    chosen(visitor, "securityQuestions").press("Next", question=questions, answer=["ab", "a red mini", "a red mini"])
    visitor.press("Next", question=questions, answer=["Rex the dog", "a red mini", "The third man"])
    visitor.shows("⟦Security questions saved⟧")
    assert reader.steps >= {"securityQuestions", "securityQuestions.verified"}


def test_recovery_codes(visitor: Visitor, reader: Reader) -> None:
    chosen(visitor, "recoveryCodes").press("Next").press("Next").press("Next", saved="yes")
    visitor.shows("⟦Recovery codes saved⟧")
    assert reader.steps >= {"recoveryCodes", "recoveryCodes.show", "recoveryCodes.verified"}


def test_the_authenticator_app(product: Product, visitor: Visitor, reader: Reader) -> None:
    visitor.press("Next").press("Next").press("Next").follow("Can't scan the QR code").follow("Show the QR code")
    device = connected(product, visitor)
    visitor.press("Next").press("Next").press("Use a code from the app instead").press("Next", code="12")
    visitor.press("Approve a request in the app instead")
    assert device.answer(device.next_request(), "approve", number_on(visitor)).status_code == 204
    visitor.shows("⟦Notification approved⟧")
    steps = {"setup", "scan", "test", "code", "verified"}
    assert reader.steps >= {"authenticatorApp", *(f"authenticatorApp.{step}" for step in steps)}


def test_a_different_app(visitor: Visitor, reader: Reader) -> None:
    chosen(visitor, "softwareOath").press("Next")
    secret = b32decode(typed_on(visitor))
    visitor.press("Next").press("Next", code="000000").press("Next", code=shown_code(secret))
    assert reader.steps >= {"softwareOath", "softwareOath.scan", "softwareOath.code", "softwareOath.verified"}


def test_a_hardware_token(visitor: Visitor, platform: Platform, reader: Reader) -> None:
    token = platform.hardware_token(counter=0)
    chosen(visitor, "hardwareOath").press("Next", serialNumber="none").press("Next", serialNumber=token["serialNumber"])
    visitor.press("Next", code="1").press("Next", code=hotp_code(TOKEN_SECRET, 1))
    assert reader.steps >= {"hardwareOath", "hardwareOath.code", "hardwareOath.verified"}


def test_a_passkey(visitor: Visitor, reader: Reader) -> None:
    assert "⟦Passkey⟧" in chosen(visitor, "passkey").headings
    assert reader.steps >= {"passkey"}


def test_the_api_answers_in_english_whatever_the_caller_prefers(platform: Platform, pseudo: None) -> None:
    offered = done(platform.call("GET", "/v1.0/policies/securityQuestions", Accept_Language="de"), 200)["value"]
    assert "What was the name of your first pet?" in [question["text"] for question in offered]
