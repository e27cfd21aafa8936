"""What becomes of a record: handled, skipped, tried again, or put aside."""

from contextlib import nullcontext
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from pymongo.errors import (
    AutoReconnect,
    DuplicateKeyError,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteError,
)

from schemas.enrollment import EnrollmentStepReached
from schemas.envelope import MAC, Envelope
from schemas.topics import DELIVERIES, LIFECYCLE, VERDICTS, Topic
from schemas.verification import ChallengeExpired
from services.kit.crypto.event_mac import EventMac
from services.kit.kafka.handlers import EventHandlers
from services.kit.kafka.policy import TRIES, DependencyDownError, Retries, is_dependency_down
from services.kit.kafka.processing import LiveProcessing
from services.kit.kafka.record import RawHeaders, Record
from services.kit.telemetry import current_trace_id
from tests.support.builders.challenges import enveloped
from tests.support.builders.challenges import terms as challenge_terms
from tests.support.builders.events import step
from tests.support.builders.keys import keyring
from tests.support.clock import NOON

MALFORMED = {"topic": "lifecycle", "type": "malformed", "outcome": "dropped"}
TOPICS = {f"t.{topic.name}": topic for topic in (LIFECYCLE, DELIVERIES, VERDICTS)}


async def no_pause(_: float) -> None:
    return


def record(event: Envelope) -> Record:
    return Record("t.lifecycle", 0, 1, event.key, tuple(event.headers), event.body)


async def test_of_what_nobody_here_handles_the_rest_is_not_read() -> None:
    """Whoever handles it reads it, and says what is wrong with it."""
    broken = replace(record(step("sam", 1)), body=b"{")
    counted = {"topic": "lifecycle", "type": "EnrollmentStepReached", "outcome": "unhandled"}

    def value(labels: dict[str, str]) -> float:
        return REGISTRY.get_sample_value("security_info_events_consumed_total", labels) or 0.0

    before, malformed = value(counted), value(MALFORMED)
    await LiveProcessing(EventHandlers(), TOPICS, None).process(broken, no_pause)
    assert (value(counted), value(MALFORMED)) == (before + 1, malformed)
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def handle(_: EnrollmentStepReached, __: Envelope) -> None:
        raise AssertionError("it cannot be read")

    await LiveProcessing(handlers, TOPICS, None).process(broken, no_pause)
    assert (value(counted), value(MALFORMED)) == (before + 1, malformed + 1)


@pytest.mark.parametrize(
    "error",
    [
        DependencyDownError(),
        AutoReconnect("x"),
        NetworkTimeout("x"),
        ServerSelectionTimeoutError("x"),
        OperationFailure("its user lost the role", 13),
        WriteError("its disk is full", 14031),
    ],
)
def test_a_dependency_costs_no_try(error: Exception) -> None:
    retries = Retries(lambda: 1.0)
    pauses = [retries.wait_after(error) for _ in range(50)]
    assert pauses[:3] == [0.1, 0.2, 0.4]
    assert pauses[-1] == 5.0


def test_a_record_has_five_tries() -> None:
    retries = Retries()
    pauses = [retries.wait_after(ValueError()) for _ in range(TRIES)]
    assert [pause is None for pause in pauses] == [False, False, False, False, True]
    assert sum(pause for pause in pauses if pause) < 3


def test_the_cause_of_an_error_counts() -> None:
    error = ValueError()
    error.__cause__ = AutoReconnect("x")
    assert is_dependency_down(error)
    assert not is_dependency_down(OperationFailure("refused"))
    assert not is_dependency_down(DuplicateKeyError("refused", 11000))


def test_an_event_has_one_handler() -> None:
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def first(_: EnrollmentStepReached, __: Envelope) -> None: ...

    with pytest.raises(ValueError, match="EnrollmentStepReached"):
        handlers.on(EnrollmentStepReached)(first)


@pytest.mark.parametrize(
    ("failures", "raised"),
    [
        ((), None),
        ((ValueError("first"),), ValueError),
        ((ValueError("first"), DependencyDownError()), DependencyDownError),
        ((AutoReconnect("x"), ValueError("second")), AutoReconnect),
    ],
)
async def test_handlers_of_one_subscription_hinder_none_of_the_others(
    failures: tuple[Exception, ...], raised: type[Exception] | None
) -> None:
    """A dependency counts more than a bad record: what only waits is never given up for it."""
    handled: list[str] = []

    def part(name: str, failure: Exception | None) -> EventHandlers:
        handlers = EventHandlers()

        @handlers.on(EnrollmentStepReached)
        async def handle(_: EnrollmentStepReached, __: Envelope) -> None:
            handled.append(name)
            if failure:
                raise failure

        return handlers

    parts = [part(f"{at}", failure) for at, failure in enumerate((*failures, None))]
    handler = EventHandlers.together(*parts).find("EnrollmentStepReached")
    assert handler is not None
    event = step("sam", 1)
    with pytest.raises(raised) if raised else nullcontext():
        await handler(event.event, event)
    assert handled == [f"{at}" for at in range(len(failures) + 1)]


async def test_a_handler_works_within_the_trace_of_its_event() -> None:
    traces: list[str] = []
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def note(_: EnrollmentStepReached, __: Envelope) -> None:
        traces.append(current_trace_id() or "")

    event = step("sam", 1, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    await LiveProcessing(handlers, TOPICS, None).process(record(event), no_pause)
    assert traces == ["0af7651916cd43dd8448eb211c80319c"]
    assert current_trace_id() is None


async def test_without_a_group_a_failure_is_dropped() -> None:
    tries: list[int] = []
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def fail(_: EnrollmentStepReached, __: Envelope) -> None:
        tries.append(1)
        raise ValueError

    await LiveProcessing(handlers, TOPICS, None).process(record(step("sam", 1)), no_pause)
    assert tries == [1]


async def test_without_a_group_what_nobody_waits_for_is_not_even_read() -> None:
    taken: list[str] = []
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def note(_: EnrollmentStepReached, envelope: Envelope) -> None:
        taken.append(envelope.correlation_id)

    live = LiveProcessing(handlers, TOPICS, None, lambda correlation_id: correlation_id == "awaited")
    mine, others = (replace(step("sam", 1), correlation_id=one) for one in ("awaited", "another's"))
    dropped = REGISTRY.get_sample_value("security_info_events_consumed_total", MALFORMED) or 0
    for one in (record(mine), record(others), replace(record(others), body=b"{"), replace(record(mine), headers=())):
        await live.process(one, no_pause)
    assert taken == ["awaited"]
    assert (REGISTRY.get_sample_value("security_info_events_consumed_total", MALFORMED) or 0) == dropped
    await live.process(replace(record(mine), body=b"{"), no_pause)
    assert REGISTRY.get_sample_value("security_info_events_consumed_total", MALFORMED) == dropped + 1


def verdict(**changes: object) -> Envelope:
    terms = challenge_terms()
    event = ChallengeExpired(
        challenge_id=terms.challenge_id, purpose=terms.purpose, method_id=terms.method_id, expired_at=NOON
    )
    return replace(enveloped(event, terms.challenge_id), source="verifier", **changes)  # type: ignore[arg-type]


async def handled(topic: Topic, headers: RawHeaders, body: bytes) -> list[str]:
    """Which events a service took that holds the keys of enrollment."""
    taken: list[str] = []
    handlers = EventHandlers()

    @handlers.on(ChallengeExpired)
    async def note(_: ChallengeExpired, envelope: Envelope) -> None:
        taken.append(envelope.id)

    of_enrollment = EventMac(keyring("enrollment"))
    written = Record(f"t.{topic.name}", 0, 1, b"northbridge/sam", headers, body)
    await LiveProcessing(handlers, TOPICS, of_enrollment).process(written, no_pause)
    return taken


def signed(event: Envelope, topic: Topic = VERDICTS) -> RawHeaders:
    mac = EventMac(keyring("verifier")).make(topic, "verdict", event.headers, event.body)
    return (*event.headers, (MAC, mac))


async def test_a_verdict_counts_with_the_mac_of_the_verifier_alone() -> None:
    event = verdict()
    assert await handled(VERDICTS, signed(event), event.body) == [event.id]
    assert await handled(VERDICTS, tuple(event.headers), event.body) == []


@pytest.mark.parametrize("source", ["verifier", *DELIVERIES.producers])
async def test_a_verdict_on_another_topic_counts_nowhere(source: str) -> None:
    """Whoever delivers messages may write to that topic, and must not judge by it, whoever they say they are."""
    event = replace(verdict(), source=source)
    assert await handled(DELIVERIES, signed(event, DELIVERIES), event.body) == []
    assert await handled(DELIVERIES, tuple(event.headers), event.body) == []


async def test_a_verdict_of_a_service_that_gives_none_does_not_count() -> None:
    event = verdict()
    foreign = replace(event, source="notifier")
    assert await handled(VERDICTS, signed(foreign), foreign.body) == []
