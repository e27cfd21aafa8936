""" "Didn't get it?" names what the page offers, and nothing else."""

from dataclasses import replace

import pytest

from services.enrollment.proofs.sent_code.missing import missing
from services.enrollment.proofs.sent_code.views import CodeView
from tests.support.web.sample_frame import MASKED
from tests.support.web.sample_pages import call_view, code_view


def ways(**fields: object) -> str | None:
    view: CodeView = replace(code_view(), **fields)  # type: ignore[arg-type]
    return view.missing.ways


def test_the_ways_are_those_of_the_page() -> None:
    assert ways() == "You can send it again."
    number = ("Use a different number", "/security-info/setup?step=phone")
    assert (
        ways(call_instead=True, different=number, different_method=True)
        == "You can send it again, have us call you instead, use a different number or set up a different method."
    )
    assert ways(channel="email", different=number) == "You can send it again or use a different address."
    assert ways(whatsapp_instead=True) == "You can send it again or have a code sent by WhatsApp instead."
    assert ways(sends_left=0, other_method=True) == "You can use a different method."
    assert ways(sends_left=0) is None


def test_a_call_offers_what_its_page_has() -> None:
    call = replace(call_view(), text_instead=True, back=None)
    assert call.missing.ways == "You can ask for another call or have a code texted to you instead."


@pytest.mark.parametrize(
    ("place", "new", "says"),
    [
        ("Spain", True, f"The message is for {MASKED}, a number in Spain. Is that right?"),
        (None, False, f"The message is for {MASKED}."),
    ],
)
def test_only_what_was_typed_is_asked_about(place: str | None, new: bool, says: str) -> None:
    assert missing("sms", None, MASKED, (), place=place, new=new).to_check == says
