"""The MAC of an event: right only for the very record that it was made for."""

from collections.abc import Callable

import pytest

from schemas.envelope import MAC
from schemas.topics import DELIVERIES, VERDICTS
from services.kit.crypto.event_mac import EventMac
from services.kit.crypto.keyring import Keyring
from tests.support.builders.keys import keyring, made_key

HEADERS = [("ce_type", b"MethodVerified"), ("ce_subject", b"sam"), ("traceparent", b"00-a-b-01")]
BODY = b'{"challengeId":"c"}'
MACS = EventMac(keyring("verifier"))
RIGHT = (MAC, MACS.make(VERDICTS, "verdict", HEADERS, BODY))


def is_right(headers: list[tuple[str, bytes]], body: bytes | None = BODY, macs: EventMac = MACS) -> bool:
    return macs.is_right(VERDICTS, "verdict", headers, body)


def test_enrollment_takes_what_the_verifier_signed_in_whatever_order_headers_come() -> None:
    assert is_right([RIGHT, *reversed(HEADERS)], macs=EventMac(keyring("enrollment")))


@pytest.mark.parametrize(
    "forge",
    [
        lambda headers: headers,
        lambda headers: [*headers, (MAC, b"")],
        lambda headers: [*headers, (MAC, b"\xff")],
        lambda headers: [*headers, (MAC, b"verdict-key.!")],
        lambda headers: [*headers, (MAC, RIGHT[1].replace(b"verdict-key", b"other-key"))],
        lambda headers: [*headers, RIGHT, RIGHT],
        lambda headers: [*headers[1:], ("ce_type", b"VerificationFailed"), RIGHT],
        lambda headers: [*headers, ("ce_subject", b"alex"), RIGHT],
        lambda headers: [headers[0], RIGHT],
    ],
)
def test_without_it_or_with_another_one_a_record_is_refused(
    forge: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]],
) -> None:
    assert is_right([*HEADERS, RIGHT])
    assert not is_right(forge(HEADERS))


def test_another_body_another_topic_and_no_body_are_refused() -> None:
    assert not is_right([*HEADERS, RIGHT], BODY + b" ")
    assert not is_right([*HEADERS, RIGHT], None)
    assert not MACS.is_right(DELIVERIES, "verdict", [*HEADERS, RIGHT], BODY)


def test_what_has_no_part_in_it_may_change() -> None:
    assert is_right([("traceparent", b"other"), *HEADERS[:2], RIGHT])


def test_a_service_without_the_key_makes_none_that_counts() -> None:
    foreign = EventMac(Keyring({"verdict": (made_key("foreign"),)}))
    assert not is_right([*HEADERS, (MAC, foreign.make(VERDICTS, "verdict", HEADERS, BODY))])


def test_while_keys_are_exchanged_both_count_and_the_newest_signs() -> None:
    old, new = made_key("old"), made_key("new")
    both = EventMac(Keyring({"verdict": (new, old)}))
    earlier = EventMac(Keyring({"verdict": (old,)})).make(VERDICTS, "verdict", HEADERS, BODY)
    assert is_right([*HEADERS, (MAC, earlier)], macs=both)
    assert both.make(VERDICTS, "verdict", HEADERS, BODY).startswith(b"new-key.")
