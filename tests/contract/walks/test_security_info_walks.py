""" "My security info": what a person takes back, brings along or did not do, and what they are told of it."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.one_process.product import Product, Visitor
from tests.support.one_process.walks import (
    TWO_STEPS,
    arrived,
    chosen,
    connected,
    managing,
    number_on,
    proved,
    to_code,
    world_of,
)
from tests.support.people.api import Platform, Somebody, refused
from tests.support.people.app_codes import shown_code
from tests.support.people.journey import World
from tests.support.people.methods import arrived as mail_arrived
from tests.support.people.numbers import fresh_number

pytestmark = pytest.mark.timeout(120)

CODE = re.compile(r"\b(\d{6})\b")
LINK = re.compile(r"http://localhost:\d+/security-info/not-me\?token=[A-Za-z0-9_-]{22,}")


@pytest.fixture
def world(product: Product) -> World:
    return world_of(product)


@pytest.fixture
def lee(product: Product, platform: Platform) -> Iterator[Somebody]:
    """Who has an address at the platform, and an app's codes."""
    somebody = platform.person("everyone")
    somebody.sign_in("everyone", user=with_address(somebody))
    somebody.with_software()
    yield somebody
    product.require_equal_records(somebody.id)


def with_address(person: Somebody) -> dict[str, object]:
    """As the platform knows them."""
    address = address_of(person)
    return {
        "id": person.id,
        "userPrincipalName": address,
        "displayName": "Lee",
        "emails": [address],
        "groups": ["everyone"],
    }


def address_of(person: Somebody) -> str:
    return f"{person.id}@northbridge.example"


def add(visitor: Visitor, method: str) -> Visitor:
    """From the list to the first page of a new method."""
    return visitor.follow("Add sign-in method").press("Next", method=method)


def states_of(person: Somebody) -> dict[str, str]:
    return {one["type"]: one["state"] for one in person.methods()}


def test_a_deleted_method_comes_back_unless_it_was_lost(product: Product, kim: Somebody) -> None:
    _, secret = kim.with_software()
    kim.register("recoveryCodes")
    phone = kim.with_phone()["methodId"]
    visitor = proved(arrived(product, kim, "everyone", intent="manage"), code=shown_code(secret))
    visitor.open(f"/security-info/methods/{phone}/delete").press("Delete").press("Restore Phone")
    assert "Methods that can come back" not in visitor.headings
    assert states_of(kim)["phone"] == "active"
    visitor.open(f"/security-info/methods/{phone}/delete").press("Delete", lost="true")
    assert "My security info" in visitor.headings
    assert not visitor.has_button("Restore Phone")
    assert "phone" not in states_of(kim)


def test_i_have_a_new_phone(product: Product, kim: Somebody) -> None:
    _, old = kim.with_app()
    visitor = managing(product, kim).follow("I have a new phone").press("Next")
    visitor.press("Next").press("Next")
    new = connected(product, visitor)
    visitor.press("Next")
    assert old.requests().status_code == 200, "until then it keeps working"
    assert new.answer(new.next_request(), "approve", number_on(visitor)).status_code == 204
    visitor.shows("Notification approved").press("Next")
    assert "My security info" in visitor.headings
    assert [one["type"] for one in kim.methods()] == ["authenticatorApp"]
    assert refused(old.requests()) == (401, "deviceSignatureInvalid")


def test_this_was_not_me(product: Product, lee: Somebody, world: World) -> None:
    visitor, number = add(managing(product, lee, user=with_address(lee)), "phone.mobile"), fresh_number()
    to_code(visitor, number).press("Next", code=lee.texted(number)).press("Done")
    found = LINK.search(mail_arrived(world, address_of(lee), "Method: phone")["text"])
    assert found
    assert httpx.get(found[0]).status_code == 200, "a scanner of mail changes nothing"
    assert states_of(lee)["phone"] == "active"
    other = product.visitor().open(found[0]).press("This wasn't me")
    assert "Thank you for telling us" in other.headings
    assert "This link can't be used any more" in other.open(found[0]).headings
    assert "Your session has ended" in visitor.open("/security-info").headings
    assert "Suspended" in managing(product, lee, user=with_address(lee)).text
    assert states_of(lee) == {"softwareOath": "active", "phone": "suspended"}


def test_the_same_number_is_not_taken_twice_and_a_limit_is_said_in_words(product: Product, kim: Somebody) -> None:
    kim.with_software()
    visitor, number = managing(product, kim), fresh_number()
    to_code(add(visitor, "phone.mobile"), number).press("Next", code=kim.texted(number)).press("Done")
    add(visitor, "phone.office").press("Next", region="GB", number=number)
    assert "registered already" in visitor.text
    offered = visitor.follow("Back").follow("Add sign-in method").html
    assert ('value="phone.mobile"' in offered, 'value="phone.alternateMobile"' in offered) == (False, True)


def test_a_changed_address_is_told_at_the_old_and_at_the_new_one(product: Product, lee: Somebody, world: World) -> None:
    old, new = f"{lee.id}@old.example", f"{lee.id}@new.example"

    def give(visitor: Visitor, address: str) -> Visitor:
        visitor.press("Next", address=address)
        return visitor.press("Next", code=CODE.findall(mail_arrived(world, address, "code")["text"])[0])

    visitor = give(add(managing(product, lee, user=with_address(lee)), "email"), old)
    assert "Email verified" in visitor.headings
    visitor.press("Done").press("Change")
    assert "Your new address is saved" in give(visitor, new).text
    for address in (old, new, address_of(lee)):
        assert "was changed" in mail_arrived(world, address, "was changed")["text"]


def test_a_password_alone_takes_no_method_away(product: Product, kim: Somebody) -> None:
    """Whoever reports a request on the page has shown no more than the password: the method goes on counting."""
    _, secret = kim.with_software()
    visitor = arrived(product, kim, "everyone", intent="manage")
    if 'name="method"' in visitor.html:
        visitor.press("Next")
    (form,) = [form for form in visitor.walker.page.forms if "challenge" in dict(form.fields)][:1]
    report = dict(form.fields) | {"step": "prove", "action": "report"}
    product.run(visitor.walker._go("POST", "/security-info/setup", data=report))
    assert states_of(kim) == {"softwareOath": "active"}
    proved(arrived(product, kim, "everyone", intent="manage"), code=shown_code(secret))


def test_a_session_from_before_the_first_method_must_prove_it(product: Product, kim: Somebody) -> None:
    """An open set-up page is no way around the proof of what was registered meanwhile."""
    early = chosen(arrived(product, kim, "everyone"), "phone")
    kim.with_software()
    early.press("Next", region="GB", number=fresh_number())
    assert "Verify it's you" in early.headings


def test_a_browser_is_told_what_was_changed_elsewhere(product: Product, kim: Somebody) -> None:
    kim.with_phone()
    news = re.compile(r'aria-label="What changed">(.*?)</section>', re.DOTALL)

    def enter_again(visitor: Visitor) -> Visitor:
        return visitor.open(kim.sign_in("everyone", intent="manage", amr=list(TWO_STEPS))["url"])

    def told(visitor: Visitor) -> str:
        return " ".join(news.findall(visitor.open("/security-info").html))

    page, elsewhere = product.visitor(), product.visitor()
    for one in (page, elsewhere):
        enter_again(one).shows("Phone was added on")
    assert "default" not in told(page)
    enter_again(page).shows("browser that was new to us")
    assert "Phone was added on" not in told(page)
    page.follow("Your recent activity")
    assert "Your account was used in a browser that was new to us." in page.text
    enter_again(page)
    assert told(page) == ""
    page.press("End what is open elsewhere")
    assert "Open elsewhere" not in page.headings
    assert "My security info" in page.headings
    assert "Your session has ended" in elsewhere.open("/security-info").headings
