"""Forgot my password at the demo's platform: each way to prove oneself, and no word about whether anybody has that
name."""

import secrets
from typing import Any

import httpx
import pytest

from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import ANSWERS, number_on
from tests.support.people.api import Platform, Somebody
from tests.support.people.app_codes import shown_code

pytestmark = pytest.mark.timeout(120)

START = "/reset-password"
NEW = "correct horse battery"


def named(platform: Platform, name: str = "alex", group: str = "staff") -> tuple[Somebody, str]:
    """Somebody whom the product knows, and the user name at Northbridge."""
    mark = secrets.token_hex(5)
    return platform.person(group, f"{name}.{mark}"), f"{name}+{mark}@northbridge.example"


def begun(product: Product, user_name: str) -> Visitor:
    """From the sign-in page to the question for a proof."""
    visitor = product.visitor().open(product.url("northbridge")).follow("Forgot my password")
    assert visitor.headings == ["Reset your password"]
    visitor.press("Next", userName=user_name)
    assert f"If the password of {user_name} can be reset" in visitor.text
    return visitor


def chosen(visitor: Visitor, way: str) -> Visitor:
    """Another method than the one that was asked."""
    visitor.follow("Use a different method").press("Next", method=way)
    assert visitor.headings == ["Reset your password"]
    return visitor


def set_password(visitor: Visitor) -> None:
    """From "New password" to the end."""
    assert visitor.headings == ["New password"], visitor.text
    visitor.press("Change password", password=NEW, again=NEW)
    assert visitor.headings == ["Your password is changed"]


def test_an_approval_with_the_number_of_the_page(product: Product, platform: Platform) -> None:
    person, user_name = named(platform)
    _, device = person.with_app()
    visitor = begun(product, user_name)
    number = number_on(visitor)
    assert number_on(visitor.open(visitor.address)) == number
    assert "We haven’t heard from your device yet." in visitor.press("Next").text
    assert device.answer(device.next_request(), "approve", number).status_code == 204
    set_password(visitor.press("Next"))


def test_security_questions_instead_of_the_default(product: Product, platform: Platform) -> None:
    person, user_name = named(platform)
    person.with_software()
    answers = [{"questionId": question, "answer": answer} for question, answer in ANSWERS.items()]
    person.register("securityQuestions", answers=answers)
    visitor = chosen(begun(product, user_name), "questions")
    right: dict[str, Any] = {f"answer-{question}": answer for question, answer in ANSWERS.items()}
    wrong: dict[str, Any] = dict.fromkeys(right, "wrong")
    visitor.press("Next", **wrong)
    assert "That isn’t right." in visitor.text
    assert "4 tries left" in visitor.text
    set_password(visitor.press("Next", **right))


def test_two_proofs_by_different_methods(product: Product, platform: Platform) -> None:
    person, user_name = named(platform, "kim", "everyone")
    codes = person.register("recoveryCodes")["codes"]
    _, secret = person.with_software()
    visitor = chosen(begun(product, user_name), "appCode")
    visitor.press("Next", code=shown_code(secret))
    assert visitor.headings == ["Prove it with a second method"]
    visitor.open(f"{START}/new")
    assert visitor.headings == ["Prove it with a second method"]
    assert "authenticator app" not in visitor.text
    assert "recovery codes, 10 codes" in visitor.text
    assert "Now prove it with a second method: recovery codes" in visitor.press("Next").text
    set_password(visitor.press("Next", code=codes[0]))


def test_too_many_wrong_codes_and_other_sites(product: Product, platform: Platform) -> None:
    person, user_name = named(platform)
    person.with_software()
    for name in (user_name, f"nobody+{secrets.token_hex(5)}@northbridge.example"):
        with httpx.Client(base_url=product.url("northbridge"), timeout=20) as browser:
            foreign = {"Sec-Fetch-Site": "cross-site"}
            assert browser.post(START, data={"userName": name}, headers=foreign).status_code == 403
            browser.post(START, data={"userName": name})
            for left in (4, 3, 2, 1):
                assert f"{left} tr" in browser.post(f"{START}/proof", data={"code": "000000"}).text
            over = browser.post(f"{START}/proof", data={"code": "000000"})
            assert (over.status_code, "Too many wrong codes." in over.text) == (422, True)
            assert browser.post(f"{START}/again").headers["location"] == "/reset-password/proof"
            assert "Too many wrong codes." not in browser.get(f"{START}/proof").text
            assert browser.get(f"{START}/new").headers["location"] == "/reset-password/proof"
