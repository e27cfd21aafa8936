"""A phone in the wizard: what is typed wrong, what comes too late, and what the platform is told."""

import pytest

from tests.support.one_process.product import Product
from tests.support.one_process.walks import SETUP, arrived, texts_at, to_code
from tests.support.people.api import Platform, Somebody, done, refused
from tests.support.people.numbers import fresh_number
from tests.support.waiting import awaited

pytestmark = pytest.mark.timeout(120)

NOT_OF_THIS_COUNTRY = "That doesn't look like a phone number in the United Kingdom"
UNUSABLE = (
    ("12345", "GB", NOT_OF_THIS_COUNTRY),
    ("+33 6 12 34 56 78", "GB", "Is this a number in France?"),
    ("+1 900 555 0123", "US", "We can't use this kind of number"),
    ("7" * 200, "GB", NOT_OF_THIS_COUNTRY),
)


def other_code(code: str, by: int = 1) -> str:
    """A code that is not `code`."""
    return f"{(int(code) + by) % 1_000_000:06d}"


def test_strangers_who_type_a_number_do_not_take_its_owner_the_code_to_sign_in(
    product: Product, platform: Platform, sam: Somebody
) -> None:
    number, owner = fresh_number(), platform.person("frontline")
    phone = owner.with_phone(number)
    typed = {"type": "phone", "phoneNumber": number}
    answers = [platform.person("frontline").call("POST", "registrations", typed) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [201] * 9 + [429]
    assert refused(answers[-1]) == (429, "sendLimitReached")
    assert 0 < int(answers[-1].headers["Retry-After"]) == answers[-1].json()["retryAfter"] <= 24 * 3600
    visitor = to_code(arrived(product, sam, "frontline"), number)
    assert "We can't send another message now. Try again in" in visitor.text
    challenge = owner.asked("signIn", methodId=phone["methodId"])

    def delivered() -> bool:
        read = done(platform.call("GET", f"/v1.0/challenges/{challenge['id']}"), 200)
        return bool(read["delivery"]["state"] == "delivered")

    awaited(delivered, "the owner got no code")


def test_wrong_code_leaves_four_tries_and_the_right_one_still_counts(product: Product, sam: Somebody) -> None:
    number = fresh_number()
    visitor = to_code(arrived(product, sam, "frontline"), number)
    code = sam.texted(number)
    visitor.press("Next", code=other_code(code))
    assert "4 tries left" in visitor.text
    assert "<title>Error" in visitor.html
    visitor.press("Next", code=code)
    assert "Phone verified" in visitor.headings


def test_five_wrong_codes_end_the_challenge_and_the_right_one_comes_too_late(product: Product, sam: Somebody) -> None:
    number = fresh_number()
    visitor = to_code(arrived(product, sam, "frontline"), number)
    code, form = sam.texted(number), visitor.walker.page
    for left in (4, 3, 2, 1):
        visitor.press("Next", code=other_code(code, left))
        assert f"{left} {'try' if left == 1 else 'tries'} left" in visitor.text
    visitor.press("Next", code=other_code(code, 5))
    assert "Too many wrong codes" in visitor.text
    assert 'name="code"' not in visitor.html
    visitor.walker.page = form
    visitor.press("Next", code=code)
    assert "Phone verified" not in visitor.headings
    assert sam.methods() == []


def test_a_number_that_cannot_be_used_is_explained_beside_the_field(product: Product, sam: Somebody) -> None:
    visitor = arrived(product, sam, "frontline").press("Next")
    for number, country, text in UNUSABLE:
        visitor.press("Next", region=country, number=number)
        assert text in visitor.walker.field("number")
        assert f'value="{number}"' in visitor.html


def test_refresh_back_and_a_second_tab_lose_nothing_and_skip_nothing(product: Product, sam: Somebody) -> None:
    number = fresh_number()
    visitor = arrived(product, sam, "frontline").press("Next")
    assert "Phone" in visitor.open(SETUP).headings
    to_code(visitor, number)
    code = sam.texted(number)
    assert "Enter the code" in visitor.open(SETUP).headings
    assert "Phone" in visitor.follow("Back").headings
    assert "Enter the code" in to_code(visitor, number).headings
    earlier = visitor.walker.page
    visitor.open(SETUP).press("Next", code=code)
    assert "Phone verified" in visitor.headings
    visitor.walker.page = earlier
    assert "Phone verified" in visitor.press("Next", code=code).headings
    assert len(texts_at(product, number)) == 1, "the same number while its code lives is texted once"


def test_what_was_set_up_before_leaving_is_told_to_the_platform(
    product: Product, platform: Platform, sam: Somebody
) -> None:
    number, begun = fresh_number(), sam.sign_in("frontline")
    visitor = to_code(product.visitor().open(begun["url"]), number)
    visitor.press("Next", code=sam.texted(number))
    assert "Phone verified" in visitor.headings
    visitor.press("Cancel and return")
    assert visitor.address.startswith(product.url("northbridge"))
    outcome = done(platform.call("GET", f"/v1.0/interrupts/{begun['id']}"), 200)
    assert outcome["methods"] == ["phone"]


def test_who_leaves_with_nothing_is_cancelled(product: Product, platform: Platform, sam: Somebody) -> None:
    begun = sam.sign_in("frontline")
    visitor = product.visitor().open(begun["url"]).press("Cancel and return")
    assert visitor.address.startswith(product.url("northbridge"))
    outcome = done(platform.call("GET", f"/v1.0/interrupts/{begun['id']}"), 200)
    assert (outcome["status"], outcome["methods"]) == ("cancelled", [])


def test_who_is_complete_is_not_stopped_however_often_they_sign_in(product: Product, sam: Somebody) -> None:
    number = fresh_number()
    visitor = to_code(arrived(product, sam, "frontline"), number)
    visitor.press("Next", code=sam.texted(number)).press("Done")
    assert "Success" in visitor.headings
    visitor.press("Done")
    answers = [sam.sign_in("frontline") for _ in range(3)]
    assert [(one["decision"], one.get("url")) for one in answers] == [("none", None)] * 3


@pytest.mark.parametrize(
    ("digits", "says"),
    [("#", "Phone verified"), ("0#", "You reported the call")],
    ids=["confirmed", "reported"],
)
def test_a_call(product: Product, sam: Somebody, digits: str, says: str) -> None:
    number = fresh_number()
    visitor = arrived(product, sam, "frontline").press("Next")
    visitor.press("Next", region="GB", number=number, delivery="voice")
    assert "Answer the call" in visitor.headings
    sam.presses(number, digits)
    visitor.shows(says)
    assert [one["type"] for one in sam.methods()] == (["phone"] if digits == "#" else [])
