"""What the routes of every walk share, whatever it is for: who goes on, who stays, who may look, and who may act."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from services.enrollment.parts import Parts
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.sessions.handlers.desk import Desk, Visit
from services.enrollment.web.cookies import Kind, read_cookie
from services.enrollment.web.request import (
    Here,
    credentials,
    is_secure,
    recognise,
    require_form,
    require_open,
    to_wizard,
)
from services.kit.errors import ProblemError

SPENT = frozenset({"ticketUsed", "ticketExpired"})
"""Why a ticket leads nowhere any more; the browser that holds its session goes on."""

IsOf = Callable[[str, str, Desk], Awaitable[bool]]
"""Whether a ticket led to the session with that id."""

Recognise = Callable[[str, str, Desk], Awaitable[Visit]]
"""Who holds the cookie of a session, by its id and secret."""


async def holds_session_of(request: Request, ticket: str, kind: Kind, is_of: IsOf, recognised: Recognise) -> bool:
    """Whether this browser holds the session that a ticket led to."""
    parts: Parts = request.app.state.parts
    cookie = read_cookie(request, secure=is_secure(parts), of=kind)
    if cookie is None or not await is_of(ticket, cookie.session_id, parts.desk):
        return False
    try:
        await recognised(*credentials(cookie), parts.desk)
    except ProblemError:
        return False
    return True


async def stayed(request: Request, here: Here) -> Response:
    """The session is extended: for the page's script its new end, else the page again."""
    extended = await sessions.stay(here.visit, here.desk)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"sessionEndsAt": extended.session.expires_at.isoformat()})
    return to_wizard(here)


async def onlooker(request: Request) -> Here:
    """Who looks at a page of a session that is open.

    Raises:
        ProblemError: `sessionEnded`.
    """
    here = await recognise(request)
    require_open(here)
    return here


async def actor(request: Request, session: str, csrf: str) -> Here:
    """Who sends a form of a session that is open.

    Raises:
        ProblemError: `sessionEnded`, `otherPerson`, `formExpired`, `rateLimited`.
    """
    here = await recognise(request)
    require_form(here, session, csrf)
    await here.desk.edge.admit("session", here.visit.session.id)
    require_open(here)
    return here
