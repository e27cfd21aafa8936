"""Reading never raises, whatever lies on the topic."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import Envelope, Malformed, Unknown
from services.kit.kafka.dead_letters import as_dead_letter, letters_for
from services.kit.kafka.record import RawHeaders, Record, read, text_headers
from tests.support.builders.events import step

NAMES = st.sampled_from(["ce_id", "ce_type", "ce_time", "ce_tenant", "ce_source", "ce_sequence", "x", "traceparent"])
HEADERS = st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=20)), max_size=10).map(tuple)
BODIES = st.none() | st.binary(max_size=60)


def record(headers: RawHeaders, body: bytes | None) -> Record:
    return Record("t.lifecycle", 3, 17, None, headers, body)


@given(HEADERS, BODIES)
def test_reading_never_raises(headers: RawHeaders, body: bytes | None) -> None:
    assert isinstance(read(record(headers, body)), Envelope | Unknown | Malformed)


@given(st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=20)), max_size=8, unique_by=lambda h: h[0]), BODIES)
def test_a_dead_letter_gives_back_what_the_record_was(
    headers: list[tuple[str, bytes | None]], body: bytes | None
) -> None:
    original = record(tuple(headers), body)
    told = letters_for(original, "handler failed: ValueError", "verifier", keeps_body=True)[0].headers
    letter = as_dead_letter(record(told, body))
    assert letter is not None
    assert letter.original_headers == original.headers
    assert (letter.origin_topic, letter.origin_partition, letter.origin_offset) == ("t.lifecycle", 3, 17)
    assert letter.has_body is (body is not None)


def test_a_whole_event_is_read() -> None:
    event = step("sam", 1)
    assert read(record(tuple(event.headers), event.body)) == event


def test_a_foreign_header_does_no_harm() -> None:
    event = step("sam", 1)
    assert read(record((*event.headers, ("x", b"\xff"), ("y", None)), event.body)) == event


def test_a_header_of_ours_that_is_no_text_is_named() -> None:
    event = step("sam", 1)
    assert read(record((*event.headers, ("ce_causationid", None)), event.body)) == Malformed(
        "header ce_causationid is not text"
    )


def test_where_a_body_must_not_be_kept_the_letter_says_so() -> None:
    told = letters_for(record((), b"sealed"), "malformed: x", "verifier", keeps_body=False)[0].headers
    assert text_headers(told)["dl_body"] == "left"


def test_a_replayed_letter_that_dies_again_tells_of_its_last_death_only() -> None:
    once = letters_for(record((), b"x"), "first", "verifier", keeps_body=True)[0].headers
    twice = letters_for(record(once, b"x"), "second", "verifier", keeps_body=True)[0].headers
    assert [value for name, value in twice if name == "dl_reason"] == [b"second"]


@given(
    st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=2_000)), max_size=10).map(tuple),
    BODIES,
    st.text(max_size=2_000),
)
def test_what_is_left_of_a_letter_is_small_and_still_says_where_the_record_lies(
    headers: RawHeaders, body: bytes | None, reason: str
) -> None:
    letters = letters_for(record(headers, body), reason, "verifier", keeps_body=True)
    for written in letters:
        letter = as_dead_letter(Record("t.dead-letters", 0, 1, written.key, written.headers, written.body))
        assert letter is not None
        assert (letter.origin_topic, letter.origin_partition, letter.origin_offset) == ("t.lifecycle", 3, 17)
        assert letter.has_body is (written.body is not None)
    assert sum(len(name) + len(value or b"") for name, value in letters[-1].headers) < 2_000
    assert (letters[-1].key, letters[-1].body) == (None, None)


def test_what_is_no_letter_is_none() -> None:
    assert as_dead_letter(record((("dl_origin_topic", b"t"), ("dl_origin_partition", b"x")), None)) is None
