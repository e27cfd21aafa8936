"""Addresses as people type them."""

import pytest

from schemas.enrollment import Destination
from services.enrollment.methods.email.domain import LONGEST_SHOWN, is_at, mask, parse_address
from services.kit.errors import ProblemError


def test_an_address_is_brought_into_one_form_and_masked() -> None:
    found = parse_address(" Sam.Okafor@Northbridge.EXAMPLE ")
    assert (found.address, found.masked) == ("sam.okafor@northbridge.example", "s•••@northbridge.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sam",
        "sam@",
        "@northbridge.example",
        "sam@local host",
        "a@b.example\r\nBcc: c@d.example",
        "x" * 250 + "@b.example",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_address(text)
    assert refused.value.code == "emailInvalid"


def test_an_international_address_is_kept_in_its_ascii_form() -> None:
    assert parse_address("sam@bücher.example").address == "sam@xn--bcher-kva.example"
    with pytest.raises(ProblemError) as refused:
        parse_address("såm@northbridge.example")
    assert refused.value.code == "emailInvalid"


def test_the_mask_of_the_longest_address_fits_where_masks_are_kept() -> None:
    domain = ".".join(["d" * 60] * 3) + ".example"
    masked = parse_address(f"sam@{domain}").masked
    assert Destination(sealed="k1.sealed", masked=masked).masked.startswith("s•••@ddd")
    assert masked.endswith("….example")


def test_an_address_is_masked_up_to_its_domain() -> None:
    assert mask("a@b@northbridge.example") == "a•••@northbridge.example"


@pytest.mark.parametrize(
    ("length", "shown"),
    [(LONGEST_SHOWN, "d" * (LONGEST_SHOWN - 3) + ".de"), (LONGEST_SHOWN + 1, "d" * (LONGEST_SHOWN - 4) + "….de")],
)
def test_of_a_long_domain_as_much_is_shown_as_has_room(length: int, shown: str) -> None:
    masked = mask(f"a@{'d' * (length - 3)}.de")
    assert masked == f"a•••@{shown}"


@pytest.mark.parametrize(
    ("address", "principal_name", "expected"),
    [
        ("sam@northbridge.example", "sam@northbridge.example", True),
        (" Sam@Northbridge.Example ", "sam.okafor@NORTHBRIDGE.example", True),
        ('"a@b"@northbridge.example', "x@y@northbridge.example", True),
        ("sam@home.example", "sam@northbridge.example", False),
        ("sam@", "sam@", False),
    ],
)
def test_an_address_at_work_is_one_of_the_domain_that_a_person_signs_in_at(
    address: str, principal_name: str, expected: bool
) -> None:
    assert is_at(address, principal_name) is expected
