"""What a call says, as the demo's telephone hears it."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.handset.twiml import Gather, Hangup, Pause, Say, parse
from services.notifier.channels.voice import Ending, Script
from services.notifier.handlers.calls import DECISIONS
from services.notifier.providers import twiml

SCRIPT = Script()
KEYS = "http://127.0.0.1:8030/callbacks/twilio/voice/d-1/keys/1"


def said(document: str) -> str:
    return " ".join(verb.text for verb in parse(document) if isinstance(verb, Say))


def test_a_code_is_read_out_digit_by_digit_twice_and_nothing_is_gathered() -> None:
    document = SCRIPT.code("en-GB", organization="Northbridge", code="012345")
    first, pause, again, end = parse(document)
    assert isinstance(first, Say)
    assert isinstance(again, Say)
    assert (pause, end) == (Pause(1), Hangup())
    assert "0, 1, 2, 3, 4, 5." in first.text
    assert "0, 1, 2, 3, 4, 5." in again.text
    assert re.findall(r"\d", first.text + again.text) == list("012345012345")
    assert "Northbridge" in first.text


def test_a_question_is_asked_twice_and_takes_two_keys_or_silence() -> None:
    gather, unanswered, end = parse(SCRIPT.question("en", organization="Northbridge", keys_url=KEYS))
    assert isinstance(gather, Gather)
    asked, _, again = gather.prompts
    assert asked == again
    assert (gather.action, gather.finish_on_key, gather.num_digits, gather.action_on_empty) == (KEYS, "", 2, True)
    assert isinstance(unanswered, Say)
    assert end == Hangup()


@pytest.mark.parametrize(
    ("keys", "decision"),
    [("#", "confirm"), ("0#", "report"), ("", None), ("0", None), ("1#", None), ("00#", None), ("*", None)],
)
def test_only_two_answers_mean_something(keys: str, decision: str | None) -> None:
    assert DECISIONS.get(keys) == decision


@pytest.mark.parametrize("ending", ["confirmed", "reported", "unanswered", "over"])
def test_every_ending_says_goodbye_and_hangs_up(ending: str) -> None:
    document = SCRIPT.ending("xx", ending)  # type: ignore[arg-type]  # by name
    assert said(document).endswith("Goodbye.")
    assert parse(document)[-1] == Hangup()


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=40))
def test_a_name_is_never_markup(name: str) -> None:
    gather, *_ = parse(SCRIPT.question("en", organization=name, keys_url=f"{KEYS}?a=1&b=<x>"))
    assert isinstance(gather, Gather)
    assert gather.action == f"{KEYS}?a=1&b=<x>"
    assert len(gather.prompts) == 3


@pytest.mark.parametrize(
    ("locale", "spoken", "digits"),
    [
        ("en", "en-GB", "0, 1, 2"),
        ("de-CH", "de-DE", "0, 1, 2"),
        ("es", "es-ES", "0, 1, 2"),
        ("fr", "fr-FR", "0, 1, 2"),
        ("ja", "ja-JP", "0、1、2"),
        ("ar", "arb", "0، 1، 2"),
        ("xx", "en-GB", "0, 1, 2"),
    ],
)
def test_a_call_speaks_the_language_of_the_person(locale: str, spoken: str, digits: str) -> None:
    documents = (
        SCRIPT.code(locale, organization="Northbridge", code="012"),
        SCRIPT.question(locale, organization="Northbridge", keys_url=KEYS),
        *(SCRIPT.ending(locale, ending) for ending in get_args(Ending)),
    )
    for document in documents:
        assert document.count("<Say") == document.count(f'<Say language="{spoken}">')
    assert said(documents[0]).count(f"{digits}") == 2


def test_a_language_that_twilio_does_not_name_is_left_to_the_account() -> None:
    assert twiml.say("Hej", "da").attrib == {}
