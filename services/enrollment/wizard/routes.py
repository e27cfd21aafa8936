"""The pages of the wizard: GET shows where the session is, POST acts and redirects (or shows what is wrong)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.enrollment.domain.account import Outcome
from services.enrollment.domain.challenge import Challenge
from services.enrollment.domain.wizard import shown_step
from services.enrollment.handlers import phones, proofs, sessions
from services.enrollment.handlers.desk import Desk, Visit, current_challenge
from services.enrollment.handlers.interrupts import outcome_of
from services.enrollment.parts import Parts
from services.enrollment.wizard import views
from services.enrollment.wizard.cookies import SessionCookie, read_cookie, write_cookie
from services.enrollment.wizard.countries import NAMES, in_a_sentence
from services.enrollment.wizard.live import challenge_stream
from services.enrollment.wizard.rendering import CancelView, FieldError, Frame, MessageView, Pages, View, mount_static
from services.enrollment.wizard.views import WIZARD, Filled
from services.enrollment.wizard.wording import code_problem, number_problem, resend_problem
from services.kit.errors import CATALOGUE, ProblemError
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


class WizardForm(BaseModel):
    """All that a form of the wizard can carry; each step reads its own fields."""

    model_config = ConfigDict(extra="ignore")

    session: str = Field("", max_length=256)
    csrf: str = Field("", max_length=256)
    step: str = Field("", max_length=64)
    action: str = Field("next", max_length=32)
    region: str = Field("", max_length=8)
    number: str = Field("", max_length=256)
    code: SecretStr = Field(SecretStr(""), max_length=256)
    form_key: str = Field("", max_length=256, alias="formToken")
    challenge: str = Field("", max_length=64)


@dataclass(frozen=True)
class Here:
    """A request of a person in a session."""

    parts: Parts
    cookie: SessionCookie
    visit: Visit

    @property
    def desk(self) -> Desk:
        """What the use cases work with."""
        return self.parts.desk


@router.get("/security-info/start")
async def start(request: Request, ticket: Annotated[str, Query(max_length=256)] = "") -> Response:
    """Use the ticket, once. The browser that holds its session already goes on where it was."""
    parts: Parts = request.app.state.parts
    await parts.desk.edge.admit("address", request.client.host if request.client else "")
    try:
        visit, secret = await sessions.use_ticket(ticket, parts.desk)
    except ProblemError as problem:
        if problem.code in {"ticketUsed", "ticketExpired"} and await _holds_session_of(request, ticket, parts.desk):
            return RedirectResponse(WIZARD, SEE_OTHER)
        raise
    response = RedirectResponse("/security-info/prompt", SEE_OTHER)
    write_cookie(response, SessionCookie(visit.session.id, SecretStr(secret)), secure=_secure(parts))
    return response


@router.get("/security-info/prompt")
@router.get(WIZARD)
async def show(request: Request, step: Annotated[str | None, Query(max_length=64)] = None) -> Response:
    """Where the session is; `step` looks back at an earlier one."""
    here = await _here(request)
    _require_open(here)
    return await _page(here, step=shown_step(here.visit.session, step))


@router.post("/security-info/prompt")
@router.post(WIZARD)
async def act(request: Request, form: Annotated[WizardForm, Form()]) -> Response:
    """A form of the wizard. A form of a step that is over changes nothing and shows where the session is."""
    here = await _here(request)
    _require_form(here, form.session, form.csrf)
    await here.desk.edge.admit("session", here.visit.session.id)
    _require_open(here)
    if shown_step(here.visit.session, form.step) != form.step:
        return RedirectResponse(WIZARD, SEE_OTHER)
    match form.step, form.action:
        case "phone", _:
            return await _number_typed(here, form)
        case "phone.code", "resend":
            return await _resend(here)
        case "phone.code", _:
            return await _code_typed(here, form)
        case "success", _:
            return await _return(here)
        case _:
            await sessions.go_on(here.visit, form.step, here.desk)
            return RedirectResponse(WIZARD, SEE_OTHER)


@router.get("/security-info/cancel")
async def ask_cancel(request: Request) -> Response:
    """Ask once before leaving."""
    here = await _here(request)
    return _html(here.visit, CancelView(frame=_frame(here, "Leave the setup?")))


@router.post("/security-info/cancel")
async def cancel(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Leave, with what was set up so far kept."""
    here = await _here(request)
    _require_form(here, session, csrf)
    return await _return(replace(here, visit=await sessions.cancel(here.visit, here.desk)))


@router.get("/security-info/return")
async def go_back(request: Request) -> Response:
    """From a session that has ended back to the platform."""
    here = await _here(request)
    if here.visit.session.outcome is None and here.visit.session.is_open(here.parts.clock.now()):
        return RedirectResponse(WIZARD, SEE_OTHER)
    return await _return(here)


@router.post("/security-info/stay")
async def stay(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """The person is still there: the session is extended."""
    here = await _here(request)
    _require_form(here, session, csrf)
    extended = await sessions.stay(here.visit, here.desk)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"sessionEndsAt": extended.session.expires_at.isoformat()})
    return RedirectResponse(WIZARD, SEE_OTHER)


@router.get(f"{WIZARD}/events")
async def events(request: Request, challenge: Annotated[str, Query(max_length=64)]) -> Response:
    """Live state of the session's challenge (server-sent events)."""
    here = await _here(request)
    await here.desk.edge.admit("session", here.visit.session.id)
    requested = here.visit.session.requested
    if requested is None or requested.id != challenge:
        raise ProblemError("unknownChallenge")
    stream: AsyncIterator[str] = challenge_stream(challenge, here.desk)
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


async def _number_typed(here: Here, form: WizardForm) -> Response:
    region = form.region if form.region in NAMES else "ZZ"
    try:
        await phones.request_phone(here.visit, region, form.number, form.form_key, here.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        error = FieldError("number", number_problem(problem, in_a_sentence(region)))
        filled = Filled(error=error, region=form.region, number=form.number)
        return await _page(here, step="phone", filled=filled, status=problem.status)
    return RedirectResponse(WIZARD, SEE_OTHER)


async def _code_typed(here: Here, form: WizardForm) -> Response:
    code = form.code.get_secret_value()
    try:
        challenge, result = await proofs.submit_code(here.visit, form.challenge, code, here.desk)
    except ProblemError as problem:
        before = await current_challenge(here.visit, here.desk)
        if before is None:
            raise
        if before.status == "verified":
            return RedirectResponse(WIZARD, SEE_OTHER)
        return await _code_again(here, before, problem.code, problem.status)
    if result in {None, "verified"} or challenge.status == "verified":
        return RedirectResponse(WIZARD, SEE_OTHER)
    return await _code_again(here, challenge, result or "", CATALOGUE[result or "codeIncorrect"].status)


async def _code_again(here: Here, challenge: Challenge, code: str, status: int) -> Response:
    filled = Filled(error=FieldError("code", code_problem(code, challenge)))
    return await _page(here, step="phone.code", filled=filled, status=status)


async def _resend(here: Here) -> Response:
    try:
        await proofs.resend(here.visit, here.desk)
    except ProblemError as problem:
        challenge = await current_challenge(here.visit, here.desk)
        if challenge is None:
            raise
        filled = Filled(notice=resend_problem(problem, challenge))
        return await _page(here, step="phone.code", filled=filled, status=problem.status)
    return RedirectResponse(WIZARD, SEE_OTHER)


async def _page(here: Here, *, step: str, filled: Filled | None = None, status: int = 200) -> Response:
    given, visit = filled or Filled(), here.visit
    challenge = await current_challenge(visit, here.desk)
    frame = _frame(here, TITLES.get(step, "Keep your account secure"), step, given.notice)
    view: View
    match step:
        case "prompt":
            view = views.prompt_view(frame)
        case "phone":
            view = views.phone_view(frame, visit, challenge, given, here.desk)
        case "phone.code" if challenge:
            view = views.code_view(frame, challenge, given, here.desk)
        case "phone.verified":
            view = views.verified_view(frame, visit, "phone")
        case "success":
            view = views.success_view(frame, visit.account)
        case _:
            raise ProblemError("notFound")
    return _html(visit, view, status)


async def _return(here: Here) -> Response:
    """To the platform, with the signed outcome."""
    parts, session = here.parts, here.visit.session
    stored = await here.desk.store.interrupts.get(session.id)
    if stored is None:
        raise ProblemError("sessionEnded")
    interrupt = stored.state
    outcome: Outcome = session.outcome or "expired"
    current = await outcome_of(interrupt, store=here.desk.store, now=parts.clock.now())
    query = {"state": interrupt.caller_state or "", "result": parts.signer.result(interrupt, outcome, current.methods)}
    target = urlsplit(interrupt.return_url)
    joined = "&".join(filter(None, (target.query, urlencode(query))))
    return RedirectResponse(urlunsplit(target._replace(query=joined)), SEE_OTHER)


async def _here(request: Request) -> Here:
    parts: Parts = request.app.state.parts
    cookie = read_cookie(request, secure=_secure(parts))
    if cookie is None:
        raise ProblemError("sessionEnded")
    visit = await sessions.recognise(cookie.session_id, cookie.secret.get_secret_value(), parts.desk)
    bind(tenant=visit.account.tenant, user=visit.account.user, session=visit.session.id)
    return Here(parts, cookie, visit)


async def _holds_session_of(request: Request, ticket: str, desk: Desk) -> bool:
    parts: Parts = request.app.state.parts
    cookie = read_cookie(request, secure=_secure(parts))
    if cookie is None or not await sessions.ticket_is_of(ticket, cookie.session_id, desk):
        return False
    try:
        await sessions.recognise(cookie.session_id, cookie.secret.get_secret_value(), desk)
    except ProblemError:
        return False
    return True


def _require_form(here: Here, session: str, csrf: str) -> None:
    """The form was made for the session that this browser holds now."""
    if session and session != here.cookie.session_id:
        raise ProblemError("otherPerson")
    if not csrf_matches(here.cookie.secret.get_secret_value(), csrf):
        raise ProblemError("formExpired")


def _require_open(here: Here) -> None:
    if not here.visit.session.is_open(here.parts.clock.now()):
        raise ProblemError("sessionEnded", back="/security-info/return")


def _frame(here: Here, title: str, step: str | None = None, notice: str | None = None) -> Frame:
    parts, visit = here.parts, here.visit
    tenant = parts.config.tenant(visit.account.tenant)
    return Frame(
        organization=tenant.display_name,
        tenant=visit.account.tenant,
        logo=tenant.branding.logo,
        person=visit.account.profile.user_principal_name,
        session_id=visit.session.id,
        csrf=csrf_token(here.cookie.secret.get_secret_value()),
        progress=views.progress(visit, step) if step else None,
        session_ends_at=visit.session.expires_at,
        notice=notice,
        now=parts.clock.now(),
        title=title,
    )


def _html(visit: Visit, view: View, status: int = 200) -> Response:
    target = urlsplit(visit.session.return_url)
    headers = security_headers(f"{target.scheme}://{target.netloc}") | {"Cache-Control": "no-store"}
    return HTMLResponse(pages.render(view), status, headers=headers)


def _secure(parts: Parts) -> bool:
    return parts.settings.public_url.scheme == "https"


GO_ON = ("Go on", WIZARD)
EXPLAINED: Mapping[str, tuple[str, str]] = {
    "sessionEnded": ("Your session has ended", "Sign in again; what you set up is kept."),
    "ticketUsed": ("This link can't be used any more", "Sign in again to get a new one."),
    "ticketExpired": ("This link can't be used any more", "Sign in again to get a new one."),
    "otherPerson": (
        "This page belongs to someone else",
        "Another person signed in in this browser, in another tab. Nothing was changed.",
    ),
    "formExpired": ("This form is too old", "Nothing was changed. Go on where you were."),
    "notFound": ("There is nothing here", "Check the address, or go back."),
    "requestMalformed": ("That didn't work", "Something in the form was too long or missing."),
    "rateLimited": ("That was very fast", "Wait a moment, then go on. Nothing you set up is lost."),
    "unavailable": (
        "We can't go on right now",
        "This is taking longer than usual. Nothing you set up is lost; try again in a moment.",
    ),
}
WITHOUT_WAY_ON = frozenset({"sessionEnded", "ticketUsed", "ticketExpired"})


def _explained(problem: ProblemError) -> tuple[str, str, tuple[str, str] | None]:
    """Heading, text, and the one thing to do."""
    heading, text = EXPLAINED.get(problem.code, ("Something went wrong on our side", "Nothing you set up is lost."))
    if back := problem.members.get("back") or problem.members.get("returnUrl"):
        return heading, text, ("Back to the application", str(back))
    return heading, text, None if problem.code in WITHOUT_WAY_ON else GO_ON
