"""A problem as a page, for a person on a page."""

import math
from typing import Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from services.enrollment.api.caching import NO_STORE
from services.enrollment.components import components_of
from services.enrollment.i18n import minutes
from services.enrollment.web.cookies import NAMES, read_cookie
from services.enrollment.web.request import is_secure, pages, tenant_frame
from services.enrollment.web.views import SETUP, VERIFY, Frame, MessageView, Site
from services.enrollment.web.wizard.words import (
    EXPLAINED,
    GO_ON,
    HELP,
    NO_SESSION,
    OFTEN,
    TOO_LONG,
    UNEXPLAINED,
)
from services.enrollment.web.words import ALL_HELP, BACK_TO_APPLICATION, PRODUCT
from services.kit.errors import BodyTooLargeError, NotFoundError, ProblemError, RateLimitedError, SessionEndedError
from services.kit.http.headers import security_headers
from services.kit.telemetry import current_trace_id

PAGE_PATHS: Final = ("/security-info", "/help", "/verify", "/operations")
CALLED: Final = ("/v1.0", "/device", "/.well-known", "/static")
"""What programs ask for, whatever they say that they accept."""
A_MOMENT: Final = 120
"""Seconds that nobody needs to be told of as minutes."""
READ_BY_SCRIPTS: Final = ("/events", "/stay")


async def problem_page(request: Request, problem: ProblemError) -> Response | None:
    """What went wrong and what can be done; None for callers of the API."""
    path = request.url.path
    if path.endswith(READ_BY_SCRIPTS) or not (path.startswith(PAGE_PATHS) or _was_typed(request, problem)):
        return None
    heading, text = NO_SESSION if _was_nobody(request, problem) else _explained(problem)
    view = MessageView(
        frame=_frame(request, heading),
        heading=heading,
        text=text,
        action=None
        if _was_typed(request, problem)
        else _way_on(problem, VERIFY if path.startswith(VERIFY.page) else SETUP),
        help=ALL_HELP if _was_typed(request, problem) else HELP.get(type(problem)),
        reference=current_trace_id() if problem.status >= 500 else None,
    )
    headers = security_headers(None) | NO_STORE | problem.headers
    return HTMLResponse(pages.render(view), problem.status, headers=headers)


def _explained(problem: ProblemError) -> tuple[str, str]:
    """Heading and text."""
    wait = problem.members.get("retryAfter")
    if _is_too_long(problem):
        return TOO_LONG
    if isinstance(problem, RateLimitedError) and isinstance(wait, int) and wait > A_MOMENT:
        heading, text = OFTEN
        return heading, text.format(time=minutes(math.ceil(wait / 60)))
    return EXPLAINED.get(type(problem), UNEXPLAINED)


def _was_typed(request: Request, problem: ProblemError) -> bool:
    """Whether a person followed an address, in a browser, at which there is nothing."""
    path, accepts = request.url.path, request.headers.get("accept", "")
    is_of_callers = path.startswith((*PAGE_PATHS, *CALLED))
    return (
        isinstance(problem, NotFoundError) and request.method == "GET" and "text/html" in accepts and not is_of_callers
    )


def _was_nobody(request: Request, problem: ProblemError) -> bool:
    """Whether a page of a session was opened in a browser that holds none."""
    if not isinstance(problem, SessionEndedError):
        return False
    secure = is_secure(components_of(request))
    return not any(read_cookie(request, secure=secure, of=kind) for kind in NAMES)


def _is_too_long(problem: ProblemError) -> bool:
    """Whether a field, or the whole form, has more than it takes."""
    errors = problem.members.get("errors")
    reasons = [str(error["reason"]) for error in errors] if isinstance(errors, list) else []
    return isinstance(problem, BodyTooLargeError) or any(reason.endswith("too_long") for reason in reasons)


def _frame(request: Request, title: str) -> Frame:
    """The organisation's, where the request was recognised before it failed."""
    tenant: str | None = getattr(request.state, "tenant", None)
    if tenant is None:
        return Frame(organization=PRODUCT, title=title)
    return tenant_frame(components_of(request), tenant, title)


def _way_on(problem: ProblemError, site: Site) -> tuple[str, str] | None:
    """The one thing to do."""
    if back := problem.members.get("back") or problem.members.get("returnUrl"):
        return (BACK_TO_APPLICATION, str(back))
    return None if type(problem) in HELP else (GO_ON, site.page)
