"""Trace context after W3C, and logs that keep secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from services.kit.telemetry import (
    bind,
    configure_logging,
    current_trace_id,
    event_context,
    read_traceparent,
    redact,
    redact_query,
    traceparent_header,
    use_trace,
)
from tests.support.builders.events import step
from tests.support.silence import log_plainly

VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    log_plainly()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        VALID.upper(),
        VALID + "-00",
        VALID[:-1],
        "ff" + VALID[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_what_is_no_trace_parent_is_none(header: str | None) -> None:
    assert read_traceparent(header) is None


@given(st.text(max_size=80))
def test_parsing_never_raises(header: str) -> None:
    read_traceparent(header)


def test_one_that_is_too_long_says_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert read_traceparent(f"01{VALID[2:]}-{'x' * 600}") is None
    assert not caplog.records


def test_a_later_version_may_say_more() -> None:
    assert read_traceparent("01" + VALID[2:] + "-more") == read_traceparent(VALID)


def test_a_trace_is_continued_within_and_left_after() -> None:
    with use_trace(VALID):
        assert current_trace_id() == "0af7651916cd43dd8448eb211c80319c"
        within = traceparent_header()
        assert within.startswith(VALID[:36])
        assert within != VALID
        assert traceparent_header() == within
    assert current_trace_id() is None


def test_a_flag_of_the_caller_is_handed_on() -> None:
    with use_trace(VALID[:-2] + "00"):
        assert traceparent_header().endswith("-00")


def test_outside_of_a_trace_each_header_begins_one() -> None:
    first, second = read_traceparent(traceparent_header()), read_traceparent(traceparent_header())
    assert first is not None
    assert second is not None
    assert first.trace_id != second.trace_id


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ticket=abc&lang=en", "ticket=(redacted)&lang=en"),
        ("t%69cket=abc", "ticket=(redacted)"),
        ("state=1&RESULT=ey.J&token=&code=123456", "state=1&RESULT=(redacted)&token=(redacted)&code=(redacted)"),
        ("", ""),
    ],
)
def test_queries_lose_their_secrets(query: str, shown: str) -> None:
    assert redact_query(query) == shown


def test_texts_lose_their_secrets() -> None:
    assert (
        redact("GET /security-info/start?ticket=a.b-c&x=1 HTTP")
        == "GET /security-info/start?ticket=(redacted)&x=1 HTTP"
    )


@pytest.mark.usefixtures("_logging_as_before")
def test_production_logs_are_json_with_whom_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("verifier", demo=False)
    with use_trace(VALID):
        bind(tenant="northbridge", user="sam", session="s1")
        structlog.get_logger("x").info("it happened", url="/a?token=abc")
    logging.getLogger("library").warning("old style %s", "ticket=abc")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert ours["service"] == theirs["service"] == "verifier"
    assert ours["event"] == "it happened"
    assert ours["url"] == "/a?token=(redacted)"
    assert ours["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert (ours["tenant"], ours["user"], ours["session"]) == ("northbridge", "sam", "s1")
    assert theirs["event"] == "old style ticket=(redacted)"


@pytest.mark.usefixtures("_logging_as_before")
def test_an_exception_is_logged_without_the_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("verifier", demo=False)
    code = "492" + "817"
    try:
        int(f"x{len(code)}")
    except ValueError:
        structlog.get_logger("x").exception("it failed")
    line = capsys.readouterr().out
    assert "ValueError" in line
    assert code not in line


@pytest.mark.usefixtures("_logging_as_before")
def test_the_demo_logs_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("notifier", demo=True)
    with event_context(step("sam", 1)):
        structlog.get_logger("x").info("a text was sent")
    line = capsys.readouterr().out
    assert "notifier" in line
    assert "a text was sent" in line
    assert "sam" in line


@pytest.mark.usefixtures("_logging_as_before")
def test_a_client_says_the_same_thing_once_in_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("notifier", demo=False)
    for number in range(5):
        logging.getLogger("aiokafka.client").error("Unable to connect to %s", "kafka")
        structlog.get_logger("stamina").warning("stamina.retry_scheduled", caused_by="Down()", retry_num=number)
        logging.getLogger("ours").error("each time")
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events.count("Unable to connect to kafka") == 1
    assert events.count("stamina.retry_scheduled") == 1
    assert events.count("each time") == 5
