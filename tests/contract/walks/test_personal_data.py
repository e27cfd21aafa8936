"""The log of lifecycle is kept for ever: what an erased person must be forgotten by never gets there."""

import pytest

from schemas.topics import LIFECYCLE
from tests.support.one_process.product import Product
from tests.support.one_process.walks import managing
from tests.support.people.api import Somebody
from tests.support.people.numbers import fresh_number

pytestmark = pytest.mark.timeout(120)

ADDRESS = "kim.private@elsewhere.example"


def test_neither_numbers_nor_addresses_nor_their_masks_are_on_the_log(product: Product, kim: Somebody) -> None:
    number = fresh_number()
    phone = kim.with_phone(number)
    kim.with_email(ADDRESS)
    visitor = managing(product, kim)
    assert number[-4:] in visitor.text
    visitor.open(f"/security-info/methods/{phone['methodId']}/rename").press("Save", name="Kim's secret name")
    kept = [each.event for each in product.told(kim.id) if type(each.event) in LIFECYCLE.events]
    said = " ".join(event.model_dump_json() for event in kept)
    assert {"MethodRegistered", "MethodChanged"} <= {type(event).__name__ for event in kept}
    for personal in ("•", number[-4:], "private", "elsewhere", "secret name"):
        assert personal not in said
