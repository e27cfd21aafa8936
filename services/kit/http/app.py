"""What every service's HTTP side has: health, readiness, metrics, trace context, and one log line a request."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from services.kit.clock import monotonic
from services.kit.errors import NotFoundError, UnavailableError
from services.kit.http.problem import install_problem_handlers, problem_response
from services.kit.telemetry import current_trace_id, redact_query, use_trace

log = structlog.get_logger("access")

Check = Callable[[], Awaitable[bool | str]]
"""Whether something can be used; or why not, in a word or two that anybody may read."""

CHECK_WITHIN = 2.0
MAX_BODY = 64 * 1024
MAX_AT_WORK = 500
"""Requests that one process works on at once, up to the beginning of their answers. Many more would wait for each
other, and for the database, until nobody waits for them any more; one that is refused at once can come again."""
MAX_LARGE = 16
"""Bodies larger than `max_body` that one process holds at once."""
COME_AGAIN = "2"
"""Seconds after which there is less to do."""
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

NOSNIFF = (b"x-content-type-options", b"nosniff")
REQUEST_ID = b"x-request-id"
"""The id of the trace, by which the log lines of the request are found."""

REQUESTS = Counter("security_info_http_requests_total", "HTTP requests answered.", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "security_info_http_request_seconds",
    "Time to answer an HTTP request; an event stream counts until its end.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class ServiceApp(FastAPI):
    """An application whose requests carry a trace context, unexpected errors included, have an end, and are logged."""

    max_body = MAX_BODY
    """Bytes of a request's body."""

    large_bodies: Mapping[str, int] = MappingProxyType({})
    """The same for paths that take more, of whoever says beforehand how much it is."""

    large_at_once = 0

    management_port: int | None = None
    """The one port with metrics; whoever comes there finds nothing but the paths of `PROBES`."""

    max_at_work = MAX_AT_WORK
    at_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
        elif scope["path"] in PROBES:
            await _traced(super().__call__, scope, receive, send)
        elif _came_by(self.management_port, scope):
            await _traced(problem_response(NotFoundError()), scope, receive, send)
        elif (most := self._larger(scope)) > self.max_body:
            await self._take_large(scope, receive, send, most)
        else:
            await _traced(self._work, scope, await _taken(scope, receive, self.max_body), send)

    def _larger(self, scope: Scope) -> int:
        """What its path takes, where the body is larger than others may be."""
        most = self.large_bodies.get(scope["path"], 0)
        return most if self.max_body < _declared(scope) <= most else 0

    async def _take_large(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """A few of them at once: they are held before anybody is known."""
        if self.large_at_once >= MAX_LARGE:
            await _traced(problem_response(UnavailableError(headers={"Retry-After": COME_AGAIN})), scope, receive, send)
            return
        self.large_at_once += 1
        try:
            await _traced(self._work, scope, await _taken(scope, receive, most), send)
        finally:
            self.large_at_once -= 1

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer where not too much is under way. Whose request is still to come, or whose answer has begun (as an
        event stream's), is not counted."""
        if self.at_work >= self.max_at_work:
            busy = UnavailableError(headers={"Retry-After": COME_AGAIN})
            await problem_response(busy)(scope, receive, send)
            return
        is_counted = True
        self.at_work += 1

        def done() -> None:
            nonlocal is_counted
            self.at_work -= is_counted
            is_counted = False

        async def begun(message: Message) -> None:
            done()
            await send(message)

        try:
            await super().__call__(scope, receive, begun)
        finally:
            done()


def build_app(
    service: str,
    *,
    readiness: Mapping[str, Check],
    lifespan: Lifespan[FastAPI],
    liveness: Mapping[str, Callable[[], bool]] | None = None,
    max_body: int = MAX_BODY,
    large_bodies: Mapping[str, int] | None = None,
    management_port: int | None = None,
) -> FastAPI:
    """An application with `/healthz`, `/readyz` and `/metrics`, and problem documents for errors.

    With a `management_port`, `/metrics` is there alone: what it counts by route and provider is nobody else's affair.
    `readiness` says by name which dependency can be used now. `liveness` names what only a restart can help, such as
    the broker's `alive`; that the event loop turns is shown by the answer itself.
    """
    app = ServiceApp(
        title=f"security-info {service}",
        version=version("security-info"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.max_body, app.large_bodies = max_body, large_bodies or {}
    app.management_port = management_port
    install_problem_handlers(app)
    _add_probes(app, readiness, liveness or {})
    return app


def _came_by(port: int | None, scope: Scope) -> bool:
    """Whether the request reached us at that port of ours, whatever it or a proxy says of a host."""
    return port is not None and scope["server"][1] == port


def _add_probes(app: ServiceApp, readiness: Mapping[str, Check], liveness: Mapping[str, Callable[[], bool]]) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return _report({name: alive() for name, alive in liveness.items()}, "parts")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        answers = await asyncio.gather(*(_check(check) for check in readiness.values()))
        return _report(dict(zip(readiness, answers, strict=True)), "dependencies")

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if app.management_port and not _came_by(app.management_port, request.scope):
            raise NotFoundError
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _report(states: Mapping[str, bool | str], name: str) -> JSONResponse:
    ok = all(state is True for state in states.values())
    words = {key: "ok" if state is True else state or "down" for key, state in states.items()}
    content = {"status": "ok" if ok else "down", name: words}
    return JSONResponse(content, 200 if ok else 503, headers={"Cache-Control": "no-store"})


async def _check(check: Check) -> bool | str:
    """Whether a dependency is up; one that does not say so in time is down."""
    try:
        async with asyncio.timeout(CHECK_WITHIN):
            return await check()
    except (TimeoutError, OSError):
        return False


async def _traced(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer within the caller's trace, then say in one line what was asked and answered."""
    status: list[int] = []

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])
            message["headers"] = [*_guarded(message["headers"]), (REQUEST_ID, (current_trace_id() or "").encode())]
        await send(message)

    structlog.contextvars.clear_contextvars()
    began = monotonic()
    with use_trace(_header(scope, b"traceparent")):
        try:
            await app(scope, receive, note)
        except Exception:
            if not status:
                raise
            # Answered and logged by the handlers of kit.http.problem; the server would only log it once more.
        finally:
            _record(scope, status[0] if status else 499, monotonic() - began)


def _guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Nobody guesses at what an answer is (Fetch standard, `X-Content-Type-Options`); pages say so with the rest."""
    given = list(headers)
    return given if any(name.lower() == NOSNIFF[0] for name, _ in given) else [*given, NOSNIFF]


async def _taken(scope: Scope, receive: Receive, most: int) -> Receive:
    """The body, once the client has sent it all, up to that many bytes. It is read before anybody is known, so its size
    must not be theirs to choose; nor how long work waits for it."""
    too_large = _declared(scope) > most
    messages: deque[Message] = deque()
    taken, is_more = 0, _has_body(scope)
    while is_more and not too_large:
        messages.append(message := await receive())
        taken += len(message.get("body", b""))
        too_large, is_more = taken > most, message.get("more_body", False)

    async def again() -> Message:
        if too_large:
            raise HTTPException(413)
        return messages.popleft() if messages else await receive()

    return again


def _declared(scope: Scope) -> int:
    """Bytes of a body as its client says; 0 where it says nothing that is a number."""
    said = (_header(scope, b"content-length") or "0").strip()
    return int(said[:12]) if said.isdecimal() else 0


def _has_body(scope: Scope) -> bool:
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


def _record(scope: Scope, status: int, seconds: float) -> None:
    """499 stands for a caller who left before the answer."""
    route = getattr(scope.get("route"), "path", "unmatched")
    method = scope["method"] if scope["method"] in METHODS else "other"
    REQUESTS.labels(route, method, status).inc()
    REQUEST_SECONDS.labels(route, method).observe(seconds)
    path = scope.get("raw_path", b"").decode("ascii", "replace")
    if path not in PROBES:
        log.info("request", **_described(scope, path), status=status, milliseconds=round(seconds * 1000, 1))


def _described(scope: Scope, path: str) -> dict[str, Any]:
    query = redact_query(scope.get("query_string", b"").decode("latin-1"))
    return {"method": scope["method"], "path": path, **({"query": query} if query else {})}


def _header(scope: Scope, wanted: bytes) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), None)
