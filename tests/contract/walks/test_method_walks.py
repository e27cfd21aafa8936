"""Choosing among methods in the wizard, proving one before the next, and what each refuses."""

import re

import pytest

from services.kit.crypto.codes import hotp_code
from tests.support.one_process.product import Product
from tests.support.one_process.walks import DIFFERENT, SETUP, arrived, chosen, proved, to_code, typed_on
from tests.support.people.api import TOKEN_SECRET, Platform, Somebody, done
from tests.support.people.app_codes import shown_code
from tests.support.people.numbers import fresh_number

pytestmark = pytest.mark.timeout(120)


def test_a_code_of_an_earlier_registration_never_proves_a_new_secret(product: Product, kim: Somebody) -> None:
    visitor = chosen(arrived(product, kim, "everyone"), "softwareOath").press("Next")
    secret = typed_on(visitor)
    assert typed_on(visitor.open(SETUP)) == secret
    visitor.press("Next").press("Next", code="000000")
    assert "4 tries left" in visitor.text


def test_a_person_chooses_among_all_methods_and_back(product: Product, kim: Somebody) -> None:
    visitor = arrived(product, kim, "everyone").press("Next").follow(DIFFERENT)
    assert "Choose a method" in visitor.headings
    offered = {
        "passkey": "Passkey",
        "hardwareOath": "Hardware token",
        "softwareOath": "Other authenticator app",
        "phone": "Phone",
        "email": "Email",
        "securityQuestions": "Security questions",
        "recoveryCodes": "Recovery codes",
    }
    assert re.findall(r'name="method" value="([^"]*)"', visitor.html) == list(offered)
    assert [label for label in offered.values() if label not in visitor.text] == []
    assert "Authenticator app" in visitor.follow("Back").headings
    visitor.follow(DIFFERENT).press("Next", method="phone")
    assert "Phone" in visitor.headings


def test_who_has_a_method_proves_it_before_setting_up_another(product: Product, alex: Somebody) -> None:
    _, secret = alex.with_software()
    visitor = arrived(product, alex, "staff").press("Next")
    proved(visitor, code=shown_code(secret))
    assert "Phone" in visitor.headings
    number = fresh_number()
    to_code(visitor, number).press("Next", code=alex.texted(number)).press("Done")
    assert "Success" in visitor.headings


def test_a_temporary_access_pass_lets_a_person_in_who_has_nothing_else(product: Product, sam: Somebody) -> None:
    visitor = arrived(product, sam, "frontline")
    made = done(sam.call("POST", "temporaryAccessPassMethods", {"isUsableOnce": True}), 201)
    proved(visitor.press("Next"), code="Wrong1Pass23")
    assert "4 tries left" in visitor.text
    visitor.press("Next", code=made["temporaryAccessPass"])
    number = fresh_number()
    to_code(visitor, number).press("Next", code=sam.texted(number)).press("Done")
    assert "Success" in visitor.headings


def counted(*counters: int) -> str:
    """What a token with a button shows."""
    return " ".join(hotp_code(TOKEN_SECRET, counter) for counter in counters)


def test_a_hardware_token_is_set_up_and_brought_back_into_step(
    product: Product, platform: Platform, kim: Somebody
) -> None:
    token = platform.hardware_token(counter=0)
    visitor = chosen(arrived(product, kim, "everyone"), "hardwareOath")
    visitor.press("Next", serialNumber="not ours")
    assert "Check the number on the back of the token." in visitor.text
    visitor.press("Next", serialNumber=str(token["serialNumber"]).upper()).press("Next", code=counted(50))
    assert "4 tries left" in visitor.text
    visitor.press("Next", code=counted(50, 51))
    assert "Hardware token verified" in visitor.headings
    visitor = arrived(product, kim, "everyone", intent="manage")
    proved(visitor, code=counted(400, 401))
    assert "My security info" in visitor.headings
    assert f"Token •••• {str(token['serialNumber'])[-4:]}" in visitor.text
