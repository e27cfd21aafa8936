"""Where a platform may send a person back to."""

import pytest

from services.enrollment.interrupts.handlers import matches


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://app.example/return", True),
        ("https://app.example/", True),
        ("https://app.example.evil.example/", False),
        ("http://app.example/", False),
        ("https://app.example@evil.example/", False),
        ("https://app.example\\evil/", False),
        ("https://app.example/../x", False),
    ],
)
def test_a_return_address_is_allowed_below_its_prefix_only(url: str, allowed: bool) -> None:
    assert matches(url, "https://app.example/") is allowed
