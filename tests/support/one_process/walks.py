"""How a person gets somewhere on the pages of the product in this process."""

import re

from tests.support.one_process.product import Product, Visitor
from tests.support.people.api import Somebody
from tests.support.people.device import TestDevice
from tests.support.people.journey import World, texts

NUMBER = re.compile(r"<strong[^>]*>\s*(\d{2,3})\s*</strong>")
TYPED = re.compile(r'data-value="([^"]*)"')
DIFFERENT = "I want to set up a different method"
OPEN_HERE = "Open the authenticator on this device"
SETUP = "/security-info/setup"
TWO_STEPS = ("pwd", "mfa")
ANSWERS = {"first-pet": "Rex the dog", "first-car": "a red mini", "first-film": "The third man"}


def world_of(product: Product) -> World:
    """Where its platform, its handset and its pages are."""
    return World(product.url("northbridge"), product.url("handset"), product.url("enrollment"))


def texts_at(product: Product, number: str) -> list[dict[str, str]]:
    """Messages at the handset, newest first."""
    return texts(world_of(product), number)


def arrived(product: Product, person: Somebody, group: str, **fields: object) -> Visitor:
    """Sent there by the platform, in a new browser."""
    return product.visitor().open(person.sign_in(group, **fields)["url"])


def managing(product: Product, person: Somebody, **fields: object) -> Visitor:
    """At "My security info", after a second step at the platform."""
    visitor = arrived(product, person, "everyone", intent="manage", amr=list(TWO_STEPS), **fields)
    assert "My security info" in visitor.headings
    return visitor


def chosen(visitor: Visitor, method: str) -> Visitor:
    """From the prompt, past the method that is proposed, to another one."""
    return visitor.press("Next").follow(DIFFERENT).press("Next", method=method)


def proved(visitor: Visitor, code: str) -> Visitor:
    """From "Verify it's you", where the method can be chosen first, past the proof."""
    assert "Verify it's you" in visitor.headings
    if 'name="method"' in visitor.html:
        visitor.press("Next")
    return visitor.press("Next", code=code)


def to_code(visitor: Visitor, number: str) -> Visitor:
    """From the prompt, or from "Phone", to "Enter the code"."""
    if "Phone" not in visitor.headings:
        visitor.press("Next")
    return visitor.press("Next", region="GB", number=number)


def to_qr_code(product: Product, person: Somebody) -> Visitor:
    """From the prompt to "Scan the QR code"."""
    visitor = arrived(product, person, "staff")
    for _ in range(3):
        visitor.press("Next")
    assert "Scan the QR code" in visitor.headings
    return visitor


def connected(product: Product, visitor: Visitor) -> TestDevice:
    """A device that has scanned the code on the page."""
    device = TestDevice(product.url("enrollment"), clock_off=product.ahead)
    assert device.activate_by_link(visitor.walker.link(OPEN_HERE)).status_code == 201
    return device


def asked(product: Product, person: Somebody) -> tuple[Visitor, TestDevice]:
    """At "Let's try it out", and the device that is asked."""
    visitor = to_qr_code(product, person)
    device = connected(product, visitor)
    visitor.press("Next")
    assert "Let's try it out" in visitor.headings
    return visitor, device


def number_on(visitor: Visitor) -> str:
    """The number that a request is approved with."""
    found = NUMBER.search(visitor.html)
    assert found, visitor.text
    return found[1]


def typed_on(visitor: Visitor) -> str:
    """What can be typed instead of scanning the code on the page."""
    found = TYPED.search(visitor.html)
    assert found, visitor.text
    return found[1]


def answers_on(visitor: Visitor) -> list[str]:
    """The right ones, in the order in which the page asks."""
    return [ANSWERS[question] for question in re.findall(r'name="question" value="([^"]*)"', visitor.html)]
