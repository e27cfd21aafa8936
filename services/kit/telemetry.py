"""Logs and trace context: who and what a line is about, without what must not be seen."""

import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import structlog

from services.kit.clock import monotonic

if TYPE_CHECKING:
    from schemas.envelope import Envelope

TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
REDACTED = "(redacted)"
SECRET_NAMES = frozenset({"ticket", "result", "token", "code"})
SECRET_PARAMETERS = re.compile(rf"(?i)\b({'|'.join(sorted(SECRET_NAMES))})=[^&\s#\"']*")
REPEATS_AFTER = 30.0


@dataclass(frozen=True)
class TraceContext:
    """W3C Trace Context, `traceparent` (sections 3.2.2 and 3.2.3)."""

    trace_id: str
    span_id: str
    flags: str = "01"

    @classmethod
    def new(cls) -> "TraceContext":
        """The start of a trace."""
        return cls(secrets.token_hex(16), secrets.token_hex(8))

    @classmethod
    def parse(cls, header: str | None) -> "TraceContext | None":
        """Read a header. Total: None for what is no valid `traceparent`."""
        match = TRACEPARENT.fullmatch(header or "")
        if match is None:
            return None
        version, trace_id, span_id, flags, more = match.groups()
        if trace_id == "0" * 32 or span_id == "0" * 16 or (version == "00" and more):
            return None
        return cls(trace_id, span_id, flags)

    def child(self) -> "TraceContext":
        """A span of the same trace."""
        return TraceContext(self.trace_id, secrets.token_hex(8), self.flags)

    @property
    def header(self) -> str:
        """The `traceparent` header."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_trace: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def current_trace() -> TraceContext | None:
    """The trace context of what is going on, if there is one."""
    return _trace.get()


def traceparent_header() -> str:
    """The header to send or to store with what is caused now; the start of a trace outside of one."""
    return (current_trace() or TraceContext.new()).header


@contextmanager
def use_trace(traceparent: str | None, **about: str) -> Iterator[TraceContext]:
    """Continue the trace of the header, or begin one; log lines within carry its `trace_id` and what is `about`."""
    parent = TraceContext.parse(traceparent)
    context = parent.child() if parent else TraceContext.new()
    token = _trace.set(context)
    try:
        with structlog.contextvars.bound_contextvars(trace_id=context.trace_id, **about):
            yield context
    finally:
        _trace.reset(token)


def event_context(envelope: "Envelope") -> AbstractContextManager[TraceContext]:
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
    """`text` without the values of query parameters that let somebody in."""
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
    """Lets a client say the same thing once in 30 s; while its server is down it would say so ten times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(("aiokafka", "pymongo")):
            return True
        key = (record.name, str(record.msg))
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
