"""Errors as problem documents (RFC 9457), or as pages where a person asked for a page."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.kit.errors import CATALOGUE, InternalError, ProblemError, RequestMalformedError, UnavailableError
from services.kit.http.details import DETAILS
from services.kit.mongo.client import DatabaseDownError, DatabaseRefusedError, is_database_down
from services.kit.mongo.document import StaleDocumentError
from services.kit.mongo.reading import UnreadableDocumentError
from services.kit.telemetry import current_trace_id

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
BY_STATUS = {404: "notFound", 405: "methodNotSupported", 413: "bodyTooLarge", 400: "requestMalformed"}
MAX_FIELD_ERRORS = 10

WAITS: Mapping[type[Exception], tuple[str, str]] = {
    DatabaseDownError: ("2", "the database does not answer"),
    StaleDocumentError: ("1", "too many changes of one document at once"),
    UnreadableDocumentError: ("30", "a document waits for a newer version"),
}
"""What goes by without the caller: after how many seconds to come again, and what the log says."""

REFUSED_RETRY_AFTER = "30"
"""Seconds: somebody must do something first."""

Page = Callable[[Request, ProblemError], Awaitable[Response | None]]
"""Shows a problem to a person; None where the caller is no browser on a page."""


def install_problem_handlers(app: FastAPI, page: Page | None = None) -> None:
    """Turn every error into a problem; nothing that an attacker could use leaves."""

    async def answer(request: Request, problem: ProblemError) -> Response:
        shown = await page(request, problem) if page else None
        return shown or problem_response(problem)

    async def on_problem(request: Request, error: Exception) -> Response:
        return await answer(request, _as_problem(error))

    for kind in (ProblemError, RequestValidationError, HTTPException, *WAITS, DatabaseRefusedError, Exception):
        app.add_exception_handler(kind, on_problem)


def problem_response(problem: ProblemError) -> Response:
    body: dict[str, Any] = {
        "type": f"https://security-info.example/errors#{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail or DETAILS[problem.code],
        "code": problem.code,
        "traceId": current_trace_id(),
        **problem.members,
    }
    content = {name: value for name, value in body.items() if value is not None}
    return JSONResponse(content, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _as_problem(error: Exception) -> ProblemError:
    match error:
        case ProblemError():
            return error
        case RequestValidationError():
            return RequestMalformedError(_first(error), errors=_fields(error))
        case HTTPException():
            code = BY_STATUS.get(error.status_code, "requestMalformed" if error.status_code < 500 else "internal")
            return CATALOGUE[code](headers=error.headers)
        case DatabaseDownError() | StaleDocumentError() | UnreadableDocumentError():
            seconds, why = WAITS[next(kind for kind in WAITS if isinstance(error, kind))]
            log.warning(why)
            return UnavailableError(headers={"Retry-After": seconds})
        case DatabaseRefusedError() if is_database_down(error):
            log.error("the database refuses everybody", code=error.code)
            return UnavailableError(headers={"Retry-After": REFUSED_RETRY_AFTER})
        case _:
            log.exception("unexpected error", exc_info=error)
            return InternalError()


def _first(error: RequestValidationError) -> str:
    fields = _fields(error)
    return (
        f"{fields[0]['field']} is not as described ({fields[0]['reason']})." if fields else "The body cannot be read."
    )


def _fields(error: RequestValidationError) -> list[dict[str, str]]:
    """Where and why, never what: a value may be a secret."""
    return [
        {"field": ".".join(str(part) for part in found["loc"][1:])[:128] or "body", "reason": str(found["type"])}
        for found in error.errors()[:MAX_FIELD_ERRORS]
    ]
