"""Reading a record never raises, and what was written comes back."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.enrollment import DefaultMethodChanged
from schemas.envelope import Envelope, Malformed, Unknown, decode
from tests.support.builders.challenges import TENANT, USER, enveloped, requested, submitted, terms

TERMS = terms()
ENVELOPE = enveloped(requested(TERMS), TERMS.challenge_id)
FULL = replace(
    ENVELOPE,
    causation_id="cause",
    sequence=7,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
REQUIRED = ("ce_id", "ce_type", "ce_source", "ce_time", "ce_tenant")


def headers(envelope: Envelope) -> dict[str, str]:
    return {name: value.decode() for name, value in envelope.headers}


@pytest.mark.parametrize("envelope", [ENVELOPE, FULL, replace(FULL, subject=None)])
def test_an_envelope_comes_back_as_it_was(envelope: Envelope) -> None:
    assert decode(headers(envelope), envelope.body) == envelope


def test_the_key_is_the_person_or_else_the_tenant() -> None:
    assert ENVELOPE.key == f"{TENANT}/{USER}".encode()
    assert replace(ENVELOPE, subject=None).key == TENANT.encode()


def test_headers_are_those_of_the_binary_mode() -> None:
    written = headers(FULL)
    assert written["ce_specversion"] == "1.0"
    assert written["ce_time"].endswith("Z")
    assert written["content-type"] == "application/json"
    assert written["ce_dataschema"] == "urn:security-info:schema:MethodRequested:2"


def test_absent_attributes_have_no_header() -> None:
    assert not {"ce_causationid", "ce_sequence", "traceparent"} & headers(ENVELOPE).keys()


def test_a_field_that_is_not_known_is_dropped() -> None:
    body = json.loads(ENVELOPE.body)
    body["later"] = {"a": 1}
    body["terms"]["later"] = 1
    assert decode(headers(ENVELOPE), json.dumps(body).encode()) == ENVELOPE


def test_a_type_that_is_not_known_is_skipped() -> None:
    assert decode(headers(ENVELOPE) | {"ce_type": "x" * 500}, None) == Unknown("x" * 128)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_header_is_named(name: str) -> None:
    without = {key: value for key, value in headers(ENVELOPE).items() if key != name}
    assert decode(without, ENVELOPE.body) == Malformed(f"missing header {name}")


@pytest.mark.parametrize("body", [None, b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"a":' * 100_000, b"NaN"])
def test_a_body_that_is_none_is_malformed(body: bytes | None) -> None:
    assert isinstance(decode(headers(ENVELOPE), body), Malformed)


@pytest.mark.parametrize("changed", [{"ce_time": "yesterday"}, {"ce_sequence": "many"}, {"ce_sequence": "9" * 5000}])
def test_a_header_that_cannot_be_read_is_malformed(changed: dict[str, str]) -> None:
    assert isinstance(decode(headers(ENVELOPE) | changed, ENVELOPE.body), Malformed)


def test_a_reason_never_quotes_the_content() -> None:
    event = submitted(TERMS, "123456")
    envelope = enveloped(event, TERMS.challenge_id)
    body = envelope.body.replace(event.code.encode(), b"+44 7700 900142")
    answer = decode(headers(envelope), body)
    assert isinstance(answer, Malformed)
    assert "7700" not in answer.reason


@given(
    st.dictionaries(
        st.sampled_from([*REQUIRED, "ce_sequence", "ce_subject", "traceparent"]) | st.text(max_size=8),
        st.text(max_size=40) | st.sampled_from(["MethodRequested", "CodeSubmitted", "2026-11-24T12:00:00Z", "7"]),
    ),
    st.none() | st.binary(max_size=200) | st.just(ENVELOPE.body),
)
def test_reading_never_raises(given_headers: dict[str, str], body: bytes | None) -> None:
    assert isinstance(decode(given_headers, body), Envelope | Unknown | Malformed)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


FIELDS = st.dictionaries(st.sampled_from(["terms", "channel", "send", "notAfter", "destination"]), JSON)


@given(FIELDS, st.sampled_from([{}, json.loads(ENVELOPE.body)]))
def test_reading_never_raises_whatever_the_json(fields: dict[str, object], others: dict[str, object]) -> None:
    body = json.dumps(others | fields).encode()
    assert isinstance(decode(headers(ENVELOPE), body), Envelope | Malformed)


def test_a_field_that_readers_need_is_there_though_it_is_null() -> None:
    """Of an account without a default method: without the field every reader put the event aside."""
    event = DefaultMethodChanged(method_id=None, previous_method_id="m1", changed_at=ENVELOPE.time)
    envelope = replace(FULL, type="DefaultMethodChanged", event=event)
    assert decode(headers(envelope), envelope.body) == envelope
