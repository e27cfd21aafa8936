"""Who may open a page or send a form, and who stays: the same for all sites."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from services.enrollment.components import components_of
from services.enrollment.dependencies import Dependencies
from services.enrollment.sessions.handlers import progress
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.cookies import Kind, read_cookie
from services.enrollment.web.request import (
    PageRequest,
    credentials,
    is_secure,
    recognise,
    require_form,
    require_open,
    to_current_step,
)
from services.kit.errors import ProblemError

SPENT = frozenset({"ticketUsed", "ticketExpired"})
"""Why a ticket leads nowhere any more; the browser that holds its session goes on."""

IsOf = Callable[[str, str, Dependencies], Awaitable[bool]]
"""Whether a ticket led to the session with that id."""

Recognise = Callable[[str, str, Dependencies], Awaitable[Principal]]
"""Who holds the cookie of a session, by its id and secret."""


async def holds_session_of(request: Request, ticket: str, kind: Kind, is_of: IsOf, recognised: Recognise) -> bool:
    """Whether this browser holds the session that a ticket led to."""
    components = components_of(request)
    cookie = read_cookie(request, secure=is_secure(components), of=kind)
    if cookie is None or not await is_of(ticket, cookie.session_id, components.deps):
        return False
    try:
        await recognised(*credentials(cookie), components.deps)
    except ProblemError:
        return False
    return True


async def stayed(request: Request, page: PageRequest) -> Response:
    """The session is extended: for the page's script its new end, else the page again."""
    extended = await progress.stay(page.principal, page.deps)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"sessionEndsAt": extended.session.expires_at.isoformat()})
    return to_current_step(page)


async def onlooker(request: Request) -> PageRequest:
    """Who looks at a page of a session that is open. Raises `sessionEnded`."""
    page = await recognise(request)
    require_open(page)
    return page


async def actor(request: Request, session: str, csrf: str) -> PageRequest:
    """Who sends a form of an open session. Raises `sessionEnded`, `otherPerson`, `formExpired`, `rateLimited`."""
    page = await recognise(request)
    require_form(page, session, csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    require_open(page)
    return page
