"""The pages of the wizard: GET shows where the session is, POST acts and redirects (or shows what is wrong)."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse

from services.enrollment.domain.account import Outcome
from services.enrollment.domain.challenge import Challenge
from services.enrollment.domain.wizard import shown_step
from services.enrollment.handlers import sessions
from services.enrollment.handlers.interrupts import outcome_of
from services.enrollment.handlers.sessions import Desk, Visit
from services.enrollment.parts import Parts
from services.enrollment.wizard import views
from services.enrollment.wizard.cookies import SessionCookie, read_cookie, write_cookie
from services.enrollment.wizard.countries import NAMES
from services.enrollment.wizard.live import challenge_stream
from services.enrollment.wizard.rendering import CancelView, FieldError, Frame, MessageView, Pages, View, mount_static
from services.enrollment.wizard.views import WIZARD, Filled
from services.enrollment.wizard.wording import code_problem, number_problem, resend_problem
from services.kit.errors import ProblemError
from services.kit.http.csrf import csrf_matches, csrf_token
from services.kit.http.headers import security_headers
from services.kit.telemetry import bind, current_trace

router = APIRouter(include_in_schema=False)
pages = Pages()

SEE_OTHER = 303
PAGE_PATHS = ("/security-info", "/help", "/verify")
TITLES = {
    "prompt": "More information required",
    "phone": "Phone",
    "phone.code": "Enter the code",
    "phone.verified": "Phone verified",
    "success": "Success",
}

Hidden = Annotated[str, Form(max_length=256)]
Typed = Annotated[str, Form(max_length=256)]


@router.get("/security-info/start")
async def start(request: Request, ticket: Annotated[str, Query(max_length=256)] = "") -> Response:
    """Use the ticket, once. The browser that holds its session already goes on where it was."""
    parts: Parts = request.app.state.parts
    try:
        visit, secret = await sessions.use_ticket(ticket, parts.desk)
    except ProblemError as problem:
        if problem.code == "ticketUsed" and await _holds_session_of(request, ticket, parts.desk):
            return RedirectResponse(WIZARD, SEE_OTHER)
        raise
    response = RedirectResponse("/security-info/prompt", SEE_OTHER)
    write_cookie(response, SessionCookie(visit.session.id, secret), secure=_secure(parts))
    return response


@router.get("/security-info/prompt")
@router.get(WIZARD)
async def show(request: Request, step: Annotated[str | None, Query(max_length=64)] = None) -> Response:
    """Where the session is; `step` looks back at an earlier one."""
    parts, cookie, visit = await _visit(request)
    _require_open(visit, parts)
    return await _page(parts, cookie, visit, step=shown_step(visit.session, step))


@router.post("/security-info/prompt")
@router.post(WIZARD)
async def act(
    request: Request,
    session: Hidden = "",
    csrf: Hidden = "",
    step: Hidden = "",
    action: Hidden = "next",
    region: Typed = "",
    number: Typed = "",
    code: Typed = "",
    form_token: Annotated[str, Form(alias="formToken", max_length=256)] = "",
    challenge: Hidden = "",
) -> Response:
    """A form of the wizard. A form of a step that is over changes nothing and shows where the session is."""
    parts, cookie, visit = await _visit(request)
    _require_form(cookie, session, csrf)
    _require_open(visit, parts)
    if shown_step(visit.session, step) != step:
        return RedirectResponse(WIZARD, SEE_OTHER)
    match step, action:
        case "phone", _:
            return await _number_typed(parts, cookie, visit, region, number, form_token)
        case "phone.code", "resend":
            return await _resend(parts, cookie, visit)
        case "phone.code", _:
            return await _code_typed(parts, cookie, visit, challenge, code)
        case "success", _:
            return await _return(parts, visit)
        case _:
            await sessions.go_on(visit, step, parts.desk)
            return RedirectResponse(WIZARD, SEE_OTHER)


@router.get("/security-info/cancel")
async def ask_cancel(request: Request) -> Response:
    """Ask once before leaving."""
    parts, cookie, visit = await _visit(request)
    return _html(parts, visit, CancelView(frame=_frame(parts, cookie, visit, "Leave the setup?")))


@router.post("/security-info/cancel")
async def cancel(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Leave, with what was set up so far kept."""
    parts, cookie, visit = await _visit(request)
    _require_form(cookie, session, csrf)
    return await _return(parts, await sessions.cancel(visit, parts.desk))


@router.get("/security-info/return")
async def go_back(request: Request) -> Response:
    """From a session that has ended back to the platform."""
    parts, _, visit = await _visit(request)
    if visit.session.outcome is None and visit.session.is_open(parts.clock.now()):
        return RedirectResponse(WIZARD, SEE_OTHER)
    return await _return(parts, visit)


@router.post("/security-info/stay")
async def stay(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """The person is still there: the session is extended."""
    parts, cookie, visit = await _visit(request)
    _require_form(cookie, session, csrf)
    extended = await sessions.stay(visit, parts.desk)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"sessionEndsAt": extended.session.expires_at.isoformat()})
    return RedirectResponse(WIZARD, SEE_OTHER)


@router.get(f"{WIZARD}/events")
async def events(request: Request, challenge: Annotated[str, Query(max_length=64)]) -> Response:
    """Live state of the session's challenge (server-sent events)."""
    parts, _, visit = await _visit(request)
    requested = visit.session.requested
    if requested is None or requested.id != challenge:
        raise ProblemError("unknownChallenge")
    stream: AsyncIterator[str] = challenge_stream(challenge, parts.desk)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def mount(app: FastAPI) -> None:
    """Add pages and static files to the application."""
    app.include_router(router)
    mount_static(app, {name: tenant.branding for name, tenant in app.state.parts.config.tenants.items()})


async def problem_page(request: Request, problem: ProblemError) -> Response | None:
    """A problem as a page, for a person on a page; None for callers of the API."""
    if not request.url.path.startswith(PAGE_PATHS) or request.url.path.endswith(("/events", "/stay")):
        return None
    trace = current_trace()
    heading, text, action = _explained(problem)
    view = MessageView(
        frame=Frame(organization="Security info", title=heading),
        heading=heading,
        text=text,
        action=action,
        reference=trace.trace_id if trace and problem.status >= 500 else None,
    )
    return HTMLResponse(pages.render(view), problem.status, headers=security_headers(None) | problem.headers)


async def _number_typed(
    parts: Parts, cookie: SessionCookie, visit: Visit, region: str, number: str, form_token: str
) -> Response:
    try:
        if region not in NAMES:
            raise ProblemError("phoneNumberInvalid")
        await sessions.request_phone(visit, region, number, form_token, parts.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        error = FieldError("number", number_problem(problem, views.country_name(region)))
        filled = Filled(error=error, region=region, number=number)
        return await _page(parts, cookie, visit, step="phone", filled=filled, status=problem.status)
    return RedirectResponse(WIZARD, SEE_OTHER)


async def _code_typed(parts: Parts, cookie: SessionCookie, visit: Visit, challenge_id: str, code: str) -> Response:
    before = await sessions.current_challenge(visit, parts.desk)
    try:
        challenge, result = await sessions.submit_code(visit, challenge_id, code, parts.desk)
    except ProblemError as problem:
        if before is None:
            raise
        return await _code_again(parts, cookie, visit, before, problem.code, problem.status)
    if result in {None, "verified"}:
        return RedirectResponse(WIZARD, SEE_OTHER)
    return await _code_again(parts, cookie, visit, challenge, result, 422)


async def _code_again(
    parts: Parts, cookie: SessionCookie, visit: Visit, challenge: Challenge, code: str | None, status: int
) -> Response:
    filled = Filled(error=FieldError("code", code_problem(code or "", challenge)))
    return await _page(parts, cookie, visit, step="phone.code", filled=filled, status=status)


async def _resend(parts: Parts, cookie: SessionCookie, visit: Visit) -> Response:
    try:
        await sessions.resend(visit, parts.desk)
    except ProblemError as problem:
        challenge = await sessions.current_challenge(visit, parts.desk)
        if challenge is None:
            raise
        filled = Filled(notice=resend_problem(problem, challenge))
        return await _page(parts, cookie, visit, step="phone.code", filled=filled, status=problem.status)
    return RedirectResponse(WIZARD, SEE_OTHER)


async def _page(
    parts: Parts,
    cookie: SessionCookie,
    visit: Visit,
    *,
    step: str,
    filled: Filled | None = None,
    status: int = 200,
) -> Response:
    given = filled or Filled()
    challenge = await sessions.current_challenge(visit, parts.desk)
    frame = _frame(parts, cookie, visit, TITLES.get(step, "Keep your account secure"), step, given.notice)
    view: View
    match step:
        case "prompt":
            view = views.prompt_view(frame)
        case "phone":
            view = views.phone_view(frame, visit, challenge, given, parts.desk)
        case "phone.code" if challenge:
            view = views.code_view(frame, challenge, given, parts.desk)
        case "phone.verified":
            view = views.verified_view(frame, visit, "phone")
        case "success":
            view = views.success_view(frame, visit.account)
        case _:
            raise ProblemError("notFound")
    return _html(parts, visit, view, status)


async def _return(parts: Parts, visit: Visit) -> Response:
    """To the platform, with the signed outcome."""
    stored = await parts.desk.store.interrupts.get(visit.session.id)
    if stored is None:
        raise ProblemError("sessionEnded")
    interrupt = stored.state
    outcome: Outcome = visit.session.outcome or "expired"
    current = await outcome_of(interrupt, store=parts.desk.store, now=parts.clock.now())
    query = {"state": interrupt.caller_state or "", "result": parts.signer.result(interrupt, outcome, current.methods)}
    joint = "&" if urlsplit(interrupt.return_url).query else "?"
    return RedirectResponse(f"{interrupt.return_url}{joint}{urlencode(query)}", SEE_OTHER)


async def _visit(request: Request) -> tuple[Parts, SessionCookie, Visit]:
    parts: Parts = request.app.state.parts
    cookie = read_cookie(request, secure=_secure(parts))
    if cookie is None:
        raise ProblemError("sessionEnded")
    visit = await sessions.recognise(cookie.session_id, cookie.secret, parts.desk)
    bind(tenant=visit.account.tenant, user=visit.account.user, session=visit.session.id)
    return parts, cookie, visit


async def _holds_session_of(request: Request, ticket: str, desk: Desk) -> bool:
    parts: Parts = request.app.state.parts
    cookie = read_cookie(request, secure=_secure(parts))
    if cookie is None or not await sessions.ticket_is_of(ticket, cookie.session_id, desk):
        return False
    try:
        await sessions.recognise(cookie.session_id, cookie.secret, desk)
    except ProblemError:
        return False
    return True


def _require_form(cookie: SessionCookie, session: str, csrf: str) -> None:
    """The form was made for the session that this browser holds now."""
    if session and session != cookie.session_id:
        raise ProblemError("otherPerson")
    if not csrf_matches(cookie.secret, csrf):
        raise ProblemError("formExpired")


def _require_open(visit: Visit, parts: Parts) -> None:
    if not visit.session.is_open(parts.clock.now()):
        raise ProblemError("sessionEnded", back="/security-info/return")


def _frame(
    parts: Parts, cookie: SessionCookie, visit: Visit, title: str, step: str | None = None, notice: str | None = None
) -> Frame:
    tenant = parts.config.tenant(visit.account.tenant)
    return Frame(
        organization=tenant.display_name,
        tenant=visit.account.tenant,
        logo=tenant.branding.logo,
        person=visit.account.profile.user_principal_name,
        session_id=visit.session.id,
        csrf=csrf_token(cookie.secret),
        progress=views.progress(visit, step) if step else None,
        session_ends_at=visit.session.expires_at,
        notice=notice,
        now=parts.clock.now(),
        title=title,
    )


def _html(parts: Parts, visit: Visit, view: View, status: int = 200) -> Response:
    target = urlsplit(visit.session.return_url)
    headers = security_headers(f"{target.scheme}://{target.netloc}") | {"Cache-Control": "no-store"}
    return HTMLResponse(pages.render(view), status, headers=headers)


def _secure(parts: Parts) -> bool:
    return parts.settings.public_url.scheme == "https"


Action = tuple[Literal["Back to the application", "Go on"], str] | None


def _explained(problem: ProblemError) -> tuple[str, str, Action]:
    back = problem.members.get("back") or problem.members.get("returnUrl")
    action: Action = ("Back to the application", str(back)) if back else None
    match problem.code:
        case "sessionEnded":
            return "Your session has ended", "Sign in again; what you set up is kept.", action
        case "ticketUsed" | "ticketExpired":
            return "This link can't be used any more", "Sign in again to get a new one.", action
        case "otherPerson":
            text = "Another person signed in in this browser, in another tab. Nothing was changed."
            return "This page belongs to someone else", text, ("Go on", WIZARD)
        case "formExpired":
            return "This form is too old", "Nothing was changed. Go on where you were.", ("Go on", WIZARD)
        case "notFound":
            return "There is nothing here", "Check the address, or go back.", ("Go on", WIZARD)
        case "requestMalformed":
            return "That didn't work", "Something in the form was too long or missing.", ("Go on", WIZARD)
        case "unavailable":
            text = "This is taking longer than usual. Nothing you set up is lost; try again in a moment."
            return "We can't go on right now", text, ("Go on", WIZARD)
        case _:
            return "Something went wrong on our side", "Nothing you set up is lost.", ("Go on", WIZARD)
