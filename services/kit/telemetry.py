"""Logs and trace context: who and what a line is about, without what must not be seen."""

import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import structlog
from opentelemetry.context import Context, attach, detach, get_current
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    format_trace_id,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.kit.clock import monotonic

if TYPE_CHECKING:
    from schemas.envelope import Envelope

PROPAGATOR = TraceContextTextMapPropagator()
REDACTED = "(redacted)"
SECRET_NAMES = frozenset({"ticket", "result", "token", "code", "hub.verify_token"})
SECRET_PARAMETERS = re.compile(rf"(?i)\b({'|'.join(sorted(SECRET_NAMES))})=[^&\s#\"']*")
REPEATS_AFTER = 30.0
LONGEST_TRACEPARENT = 512
"""Longer ones OpenTelemetry refuses with a line in the log, one for each request of whoever sends them."""


def read_traceparent(header: str | None) -> SpanContext | None:
    """W3C Trace Context, `traceparent` (sections 3.2.2 and 3.2.3). Total: None for what is no valid one."""
    carrier = {"traceparent": header} if header and len(header) <= LONGEST_TRACEPARENT else {}
    return _valid(PROPAGATOR.extract(carrier, Context()))


def current_trace_id() -> str | None:
    """The trace of what is going on, 32 hexadecimal digits."""
    context = _valid(get_current())
    return format_trace_id(context.trace_id) if context else None


def traceparent_header() -> str:
    """The header to send or to store with what is caused now; the start of a trace outside of one."""
    context = get_current()
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier, context if _valid(context) else _within(_span(), context))
    return carrier["traceparent"]


@contextmanager
def use_trace(traceparent: str | None, **about: str) -> Iterator[None]:
    """Continue the trace of the header, or begin one; log lines within carry its `trace_id` and what is `about`."""
    span = _span(read_traceparent(traceparent))
    token = attach(_within(span, get_current()))
    try:
        with structlog.contextvars.bound_contextvars(trace_id=format_trace_id(span.trace_id), **about):
            yield
    finally:
        detach(token)


def _span(parent: SpanContext | None = None) -> SpanContext:
    """A new span, in the trace of its parent or in a new one. OpenTelemetry makes ids in its SDK alone."""
    trace_id = parent.trace_id if parent else secrets.randbits(128)
    flags = parent.trace_flags if parent else TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(trace_id, secrets.randbits(64), is_remote=False, trace_flags=flags)


def _within(span: SpanContext, context: Context) -> Context:
    return set_span_in_context(NonRecordingSpan(span), context)


def _valid(context: Context) -> SpanContext | None:
    span = get_current_span(context).get_span_context()
    return span if span.is_valid else None


def event_context(envelope: "Envelope") -> AbstractContextManager[None]:
    """Handle an event within it: its trace, and whom and what log lines are about."""
    about = {
        "tenant": envelope.tenant,
        "user": envelope.subject,
        "event_type": envelope.type,
        "event_id": envelope.id,
        "correlation": envelope.correlation_id,
        **_ids(envelope),
    }
    return use_trace(envelope.traceparent, **{name: value for name, value in about.items() if value})


def bind(
    *, tenant: str | None = None, user: str | None = None, session: str | None = None, challenge: str | None = None
) -> None:
    """Say whom and what the following log lines of this request are about; None leaves a key as it was."""
    about = {"tenant": tenant, "user": user, "session": session, "challenge": challenge}
    structlog.contextvars.bind_contextvars(**{name: value for name, value in about.items() if value is not None})


def redact(text: str) -> str:
    return SECRET_PARAMETERS.sub(lambda match: f"{match[1]}={REDACTED}", text)


def redact_query(query: str) -> str:
    """A query string as it may be logged: names are decoded first, so that none is hidden by its spelling."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, REDACTED if name.lower() in SECRET_NAMES else value) for name, value in pairs], safe="()")


def configure_logging(service: str, *, demo: bool, level: str = "info") -> None:
    """All logs, the libraries' too, to stdout: JSON in production, readable lines in the demo."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
        _redacted,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_for_people(service) if demo else _for_machines()),
            ],
        )
    )
    handler.addFilter(_Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    _tame_libraries()


def _tame_libraries() -> None:
    """Their loggers speak through ours; our access log replaces uvicorn's, and details of clients stay out."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("aiokafka", "httpx", "httpcore", "pymongo", "asyncio", "faststream", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Repeats(logging.Filter):
    """Lets a client, or a try again, say the same thing once in 30 s; while its server is down it would say so ten
    times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(("aiokafka", "pymongo", "stamina")):
            return True
        said = record.msg.get("caused_by") if isinstance(record.msg, dict) else record.msg
        key = (record.name, str(said))
        now = monotonic()
        if now - self._said.get(key, -REPEATS_AFTER) < REPEATS_AFTER:
            return False
        self._said[key] = now
        return True


def _ids(envelope: "Envelope") -> dict[str, str | None]:
    """Session and challenge of an event, wherever its type has them."""
    places = (envelope.event, getattr(envelope.event, "terms", None))
    return {
        name: next((found for place in places if (found := getattr(place, f"{name}_id", None))), None)
        for name in ("session", "challenge")
    }


def _named(service: str) -> structlog.typing.Processor:
    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str) and "=" in value:
            event[name] = redact(value)
    return event


def _for_machines() -> list[structlog.typing.Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _for_people(service: str) -> list[structlog.typing.Processor]:
    def prefix(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.pop("service", None)
        event["timestamp"] = str(event["timestamp"])[11:23]
        event["event"] = f"{service:<11}{event['event']}"
        return event

    return [
        prefix,
        structlog.dev.ConsoleRenderer(pad_event_to=0, exception_formatter=structlog.dev.plain_traceback),
    ]
