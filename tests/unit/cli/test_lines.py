"""How events read on a terminal."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemas.base import Event
from schemas.enrollment import Destination, EnrollmentStepReached, MethodRequested
from schemas.envelope import Envelope
from schemas.notification import DeliveryFailed, SendRefused
from schemas.topics import EVENTS
from schemas.verification import ChallengeTerms, VerificationFailed
from services.cli.lines import SENTENCES, as_json, as_line, short_id, without_sealed

NOW = datetime(2026, 11, 24, 12, 3, 4, 56_000, tzinfo=UTC)
SEALED = "key1." + "A" * 60


def an_envelope(
    event: Event, *, source: str = "enrollment", correlation_id: str = "session-0123456789abcdef"
) -> Envelope:
    return Envelope(
        id="019-event",
        type=type(event).__name__,
        source=source,
        time=NOW,
        tenant="northbridge",
        subject="sam",
        correlation_id=correlation_id,
        event=event,
    )


def a_request() -> MethodRequested:
    terms = ChallengeTerms(
        challenge_id="c1",
        purpose="registration",
        kind="code",
        method_id="m1",
        method_type="phone",
        created_at=NOW,
        expires_at=NOW,
    )
    destination = Destination(sealed=SEALED, masked="+44 •••• ••0142")
    return MethodRequested(terms=terms, channel="sms", send=2, destination=destination, not_after=NOW, requested_at=NOW)


def a_failure(**changes: object) -> VerificationFailed:
    fields: dict[str, object] = {
        "challenge_id": "c1",
        "purpose": "registration",
        "method_id": "m1",
        "method_type": "phone",
        "reason": "codeIncorrect",
        "attempts_left": 4,
        "failed_at": NOW,
    }
    return VerificationFailed.model_validate(fields | changes)


def test_a_line_says_who_where_what_and_when() -> None:
    line = as_line("requests.sms", an_envelope(a_request())).plain

    assert " ".join(line.split()) == (
        "12:03:04.056 enrollment requests.sms northbridge/sam MethodRequested "
        "sms to +44 •••• ••0142 for registration, send 2 […abcdef]"
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (a_failure(), "codeIncorrect, 4 tries left"),
        (a_failure(reason="methodCoolingDown", retry_after=60), "methodCoolingDown, 4 tries left, again in 60 s"),
        (EnrollmentStepReached(session_id="s", step="phone.code", reached_at=NOW), "phone.code"),
        (
            SendRefused(
                challenge_id="c", delivery_id="d", send=1, channel="sms", reason="sendLimitReached", refused_at=NOW
            ),
            "sendLimitReached",
        ),
    ],
)
def test_events_speak(event: Event, words: str) -> None:
    assert words in as_line("verdicts", an_envelope(event)).plain


def test_bad_news_stands_out() -> None:
    line = as_line("verdicts", an_envelope(a_failure(), source="verifier"))

    assert "bold red" in [str(span.style) for span in line.spans]


def test_json_has_the_attributes_and_the_data() -> None:
    record = json.loads(as_json("requests.sms", an_envelope(a_request())))

    assert (record["topic"], record["type"], record["subject"]) == ("requests.sms", "MethodRequested", "sam")
    assert record["data"]["destination"] == {"sealed": "(sealed)", "masked": "+44 •••• ••0142"}
    assert "causationId" not in record


def test_nobody_who_may_write_to_a_topic_steers_the_terminal() -> None:
    """A service that was taken over, by what it says; and whoever gives ids."""
    steering = "\x1b]0;mine\x07\x9b2J\u202e"
    told = SendRefused(
        challenge_id="c1",
        delivery_id="d1",
        send=1,
        channel="sms",
        reason="sendLimitReached",
        refused_at=NOW,
    )
    failed = DeliveryFailed(
        challenge_id="c1",
        delivery_id="d1",
        send=1,
        channel="sms",
        provider=steering,
        reason="notDelivered",
        permanent=True,
        failed_at=NOW,
    )
    by_event = an_envelope(failed)
    by_headers = replace(an_envelope(told), tenant=steering, subject=steering, correlation_id=steering, source=steering)
    for envelope in (by_event, by_headers):
        assert as_line("deliveries", envelope).plain.isprintable()
        assert as_json("deliveries", envelope).isprintable()
    assert json.loads(as_json("deliveries", by_event))["data"]["provider"] == steering


def test_sealed_values_are_not_shown() -> None:
    envelope = an_envelope(a_request())

    assert SEALED not in as_line("requests.sms", envelope).plain
    assert SEALED not in as_json("requests.sms", envelope)


def test_what_is_not_sealed_is_left_alone() -> None:
    assert without_sealed(["phone.code", "northbridge.sam", {"a": 1}]) == ["phone.code", "northbridge.sam", {"a": 1}]


def test_short_ids_stay() -> None:
    assert (short_id("sam"), short_id("0190-aaaa-bbbb-123456")) == ("sam", "…123456")


def test_every_event_has_words_of_its_own() -> None:
    assert [name for name, event in EVENTS.items() if event not in SENTENCES] == []
