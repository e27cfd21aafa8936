"""What can be set up: the most secure first, and what is recommended."""

import pytest

from services.enrollment.methods.registry.choices import Offered, to_set_up


@pytest.mark.parametrize(
    ("offered", "order", "recommended"),
    [
        ((("phone", None), ("authenticatorApp", None), ("passkey", None)), "passkey authenticatorApp phone", "passkey"),
        ((("phone", None), ("authenticatorApp", None)), "authenticatorApp phone", "authenticatorApp"),
        ((("email", None), ("phone", None)), "phone email", ""),
        ((("passkey", None),), "passkey", ""),
        ((), "", ""),
    ],
)
def test_the_most_secure_comes_first_and_is_recommended_where_it_is_among_the_best(
    offered: tuple[Offered, ...], order: str, recommended: str
) -> None:
    choices = to_set_up(offered)
    assert [choice.value for choice in choices] == order.split()
    assert [choice.value for choice in choices if choice.recommended] == recommended.split()


def test_kinds_of_phones_keep_their_order_and_their_values() -> None:
    offered: tuple[Offered, ...] = (("phone", "mobile"), ("phone", "office"), ("passkey", None))
    choices = to_set_up(offered, lambda one: ".".join(part for part in one if part))
    assert [choice.value for choice in choices] == ["passkey", "phone.mobile", "phone.office"]
    assert [choice.type for choice in choices] == ["passkey", "phone", "phone"]
