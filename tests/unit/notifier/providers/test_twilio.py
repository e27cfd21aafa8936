"""Twilio's signatures and callbacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.providers.twilio import is_genuine, read_receipt, signature

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+12349013030"),
    ("Digits", "1234"),
    ("From", "+12349013030"),
    ("To", "+18005551212"),
]


def test_signature_is_the_one_of_twilios_own_example() -> None:
    assert signature("12345", URL, FIELDS) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_order_of_the_fields_does_not_matter() -> None:
    assert signature("12345", URL, FIELDS[::-1]) == signature("12345", URL, FIELDS)


@given(st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=4), st.text())
def test_no_guess_is_genuine(token: str, fields: list[tuple[str, str]], guess: str) -> None:
    right = signature("other" + token, URL, fields)
    assert not is_genuine(token, URL, fields, right)
    assert is_genuine(token, URL, fields, guess) == (guess == signature(token, URL, fields))


@pytest.mark.parametrize("change", [("To", "+18005551213"), ("Extra", "1")])
def test_a_changed_field_is_not_genuine(change: tuple[str, str]) -> None:
    fields = list({**dict(FIELDS), change[0]: change[1]}.items())
    assert not is_genuine("12345", URL, fields, signature("12345", URL, FIELDS))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("queued", "accepted"), ("sent", "accepted"), ("delivered", "delivered"), ("undelivered", "failed")],
)
def test_statuses(status: str, outcome: str) -> None:
    receipt = read_receipt({"MessageSid": "SM1", "MessageStatus": status})
    assert receipt is not None
    assert (receipt.outcome, receipt.message_id, receipt.permanent) == (outcome, "SM1", False)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("ringing", "accepted"),
        ("in-progress", "delivered"),
        ("completed", "delivered"),
        ("busy", "failed"),
        ("no-answer", "failed"),
        ("failed", "failed"),
    ],
)
def test_statuses_of_calls(status: str, outcome: str) -> None:
    receipt = read_receipt({"CallSid": "CA1", "CallStatus": status})
    assert receipt is not None
    assert (receipt.outcome, receipt.message_id, receipt.permanent) == (outcome, "CA1", False)


def test_a_landline_is_permanent() -> None:
    receipt = read_receipt({"MessageStatus": "undelivered", "ErrorCode": "30006"})
    assert receipt is not None
    assert receipt.permanent


@given(st.dictionaries(st.sampled_from(["MessageSid", "MessageStatus", "CallStatus", "ErrorCode", "x"]), st.text()))
def test_reading_a_callback_never_fails(fields: dict[str, str]) -> None:
    read_receipt(fields)
