"""The addresses of the wizard: GET shows where the session is, POST acts and redirects (or shows what is wrong)."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import SecretStr

from services.enrollment.components import components_of
from services.enrollment.methods.registry.pages import PICTURES
from services.enrollment.sessions.domain.steps import FIRST_STEP, is_done, method_type_of, shown_step
from services.enrollment.sessions.handlers import progress
from services.enrollment.sessions.handlers.step_up import needs_proof_for, require_proof
from services.enrollment.web.access import SPENT, holds_session_of, stayed
from services.enrollment.web.cookies import SessionCookie, write_browser, write_cookie
from services.enrollment.web.forms import Hidden, SentForm, StepForm, sent_form
from services.enrollment.web.live import activation_of_page, challenge_of_page, live
from services.enrollment.web.qr import qr_picture
from services.enrollment.web.request import (
    SEE_OTHER,
    PageRequest,
    frame,
    html,
    is_secure,
    recognise,
    require_form,
    require_open,
    to_current_step,
    visitor_of,
)
from services.enrollment.web.returning import back_to_platform
from services.enrollment.web.views import MANAGE, OPERATIONS, WIZARD, CancelView
from services.enrollment.web.wizard.steps import STEPS
from services.enrollment.web.wizard.words import LEAVE, LEAVE_OPERATIONS
from services.kit.errors import NotFoundError, ProblemError, UnknownChallengeError
from services.kit.http.client import address_of

router = APIRouter(include_in_schema=False)

HOMES: Final = {"manage": MANAGE, "operations": OPERATIONS}
"""Steps that are pages of their own beside the wizard."""


@router.get("/security-info/start")
async def start(request: Request, ticket: Annotated[str, Query(max_length=256)] = "") -> Response:
    """Use the ticket, once. The browser that holds its session already goes on where it was."""
    components = components_of(request)
    address = address_of(request)
    await components.deps.limiter.admit("address", address)
    visitor = visitor_of(request)
    try:
        principal, secret = await progress.use_ticket(ticket, components.deps, address=address, visitor=visitor)
    except ProblemError as problem:
        if problem.code in SPENT and await holds_session_of(
            request, ticket, "setup", progress.ticket_is_of, progress.recognise
        ):
            return RedirectResponse(WIZARD, SEE_OTHER)
        raise
    response = RedirectResponse("/security-info/prompt", SEE_OTHER)
    write_cookie(response, SessionCookie(principal.session.id, SecretStr(secret)), secure=is_secure(components))
    write_browser(response, visitor.browser, secure=is_secure(components))
    return response


@router.get("/security-info/prompt")
@router.get(WIZARD)
async def show(
    request: Request,
    step: Annotated[str | None, Query(max_length=64)] = None,
    manual: Annotated[str | None, Query(max_length=8)] = None,
) -> Response:
    """Where the session is; `step` looks back at an earlier one, `manual` shows the QR code as text."""
    page = await recognise(request)
    require_open(page)
    page = await _following_policy(page)
    name = shown_step(page.principal.session, step)
    if name in HOMES:
        return RedirectResponse(HOMES[name], SEE_OTHER)
    if await _sent_to_prove(page, name):
        return to_current_step(page)
    return await STEPS[name].shown(page, bool(manual))


@router.post("/security-info/prompt")
@router.post(WIZARD)
async def act(request: Request, sent: Annotated[SentForm, Depends(sent_form)]) -> Response:
    """A form of the wizard. A form of a step that is over changes nothing and shows where the session is."""
    form, page = sent.read(StepForm), await recognise(request)
    require_form(page, form.session, form.csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    require_open(page)
    page = await _following_policy(page)
    if shown_step(page.principal.session, form.step) != form.step or form.step not in STEPS:
        return to_current_step(page)
    if await _sent_to_prove(page, form.step):
        return to_current_step(page)
    return await STEPS[form.step].submitted(page, sent)


async def _following_policy(page: PageRequest) -> PageRequest:
    return replace(page, principal=await progress.follow_policy(page.principal, page.deps))


async def _sent_to_prove(page: PageRequest, step: str) -> bool:
    """Whether a method must be proven first. Asked at each step of a set-up, because a proof grows old, and because
    another session may have registered the first method meanwhile."""
    method_type = method_type_of(step)
    principal, deps = page.principal, page.deps
    if method_type is None or is_done(step):
        return False
    if not needs_proof_for(method_type, principal.account, principal.session, deps):
        return False
    await require_proof(principal, FIRST_STEP[method_type], deps)
    return True


@router.get(f"{WIZARD}/qr/{{name}}.svg")
async def get_qr(request: Request, name: str) -> Response:
    """A QR code as a picture: the app's address, or what connects it with the account. Never stored."""
    page = await recognise(request)
    require_open(page)
    if name not in PICTURES:
        raise NotFoundError
    content = await PICTURES[name](page)
    return Response(qr_picture(content), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@router.get("/security-info/cancel")
async def ask_cancel(request: Request) -> Response:
    """Ask once before leaving."""
    page = await recognise(request)
    title = LEAVE_OPERATIONS if page.principal.session.intent == "administer" else LEAVE
    return html(page.principal, CancelView(frame=frame(page, None, title=title)))


@router.post("/security-info/cancel")
async def cancel(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Leave, with what was set up so far kept."""
    page = await recognise(request)
    require_form(page, session, csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    return await back_to_platform(replace(page, principal=await progress.cancel(page.principal, page.deps)))


@router.get("/security-info/return")
async def go_back(request: Request) -> Response:
    """From a session that has ended back to the platform."""
    page = await recognise(request)
    if page.principal.session.outcome is None and page.principal.session.is_open(page.components.clock.now()):
        return RedirectResponse(WIZARD, SEE_OTHER)
    return await back_to_platform(page)


@router.post("/security-info/stay")
async def stay(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """The person is still there: the session is extended."""
    page = await recognise(request)
    require_form(page, session, csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    return await stayed(request, page)


@router.get(f"{WIZARD}/events")
async def events(
    request: Request,
    challenge: Annotated[str | None, Query(max_length=64)] = None,
    activation: Annotated[str | None, Query(max_length=16)] = None,
) -> Response:
    """Live state of the session's challenge, or of its QR code (server-sent events)."""
    page = await recognise(request)
    await page.deps.limiter.admit("session", page.principal.session.id)
    session = page.principal.session
    if session.requested and session.requested.id == challenge:
        return live(page, request, challenge_of_page(page.principal, session.requested.id, page.deps))
    if session.activation and session.activation.handle == activation:
        return live(page, request, activation_of_page(page.principal, session.activation.handle, page.deps))
    raise UnknownChallengeError
