"""The hosted verification: a platform sends a person here to prove a method, and gets them back."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import SecretStr

from services.enrollment.components import components_of
from services.enrollment.sessions.domain.steps import shown_step
from services.enrollment.sessions.handlers import verification
from services.enrollment.web.access import SPENT, holds_session_of, stayed
from services.enrollment.web.cookies import SessionCookie, write_browser, write_cookie
from services.enrollment.web.forms import Hidden, SentForm, StepForm, sent_form
from services.enrollment.web.live import challenge_of_page, live
from services.enrollment.web.proof import pages as proof
from services.enrollment.web.request import (
    SEE_OTHER,
    frame,
    html,
    is_secure,
    recognise_verifying,
    require_form,
    require_open,
    to_current_step,
    visitor_of,
)
from services.enrollment.web.returning import back_from_verification
from services.enrollment.web.views import VERIFY, CancelView
from services.enrollment.web.words import STOP_VERIFYING
from services.kit.errors import ProblemError, UnknownChallengeError
from services.kit.http.client import address_of

router = APIRouter(include_in_schema=False)


@router.get("/verify/start")
async def start(request: Request, ticket: Annotated[str, Query(max_length=256)] = "") -> Response:
    """Use the ticket, once. The browser that holds its session already goes on where it was."""
    components = components_of(request)
    await components.deps.limiter.admit("address", address_of(request))
    visitor = visitor_of(request)
    try:
        principal, secret = await verification.use_verify_ticket(ticket, components.deps, visitor=visitor)
    except ProblemError as problem:
        if problem.code in SPENT and await holds_session_of(
            request, ticket, "verification", verification.verify_ticket_is_of, verification.recognise_verifier
        ):
            return RedirectResponse(VERIFY.page, SEE_OTHER)
        raise
    response = RedirectResponse(VERIFY.page, SEE_OTHER)
    cookie = SessionCookie(principal.session.id, SecretStr(secret))
    write_cookie(response, cookie, secure=is_secure(components), of="verification")
    write_browser(response, visitor.browser, secure=is_secure(components))
    return response


@router.get(VERIFY.page)
async def show(request: Request) -> Response:
    """The proof that is asked for, or the choice of one; once all is proven, back to the platform."""
    page = await recognise_verifying(request)
    if page.principal.session.outcome:
        return await back_from_verification(page)
    require_open(page)
    step = page.principal.session.step
    return await (proof.show(page) if step == "prove" else proof.show_choice(page))


@router.post(VERIFY.page)
async def act(request: Request, sent: Annotated[SentForm, Depends(sent_form)]) -> Response:
    """A form of the page. A form of a step that is over changes nothing and shows where the session is."""
    form, page = sent.read(StepForm), await recognise_verifying(request)
    require_form(page, form.session, form.csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    if page.principal.session.outcome:
        return await back_from_verification(page)
    require_open(page)
    if form.step not in proof.STEPS or shown_step(page.principal.session, form.step) != form.step:
        return to_current_step(page)
    return await proof.STEPS[form.step].submitted(page, sent)


@router.get(VERIFY.cancel)
async def ask_cancel(request: Request) -> Response:
    """Ask once before leaving."""
    page = await recognise_verifying(request)
    return html(page.principal, CancelView(frame=frame(page, None, title=STOP_VERIFYING)))


@router.post(VERIFY.cancel)
async def cancel(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Leave without having proven it."""
    page = await recognise_verifying(request)
    require_form(page, session, csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    return await back_from_verification(replace(page, principal=await verification.leave(page.principal, page.deps)))


@router.get(VERIFY.leave)
async def go_back(request: Request) -> Response:
    """From a session that has ended back to the platform."""
    page = await recognise_verifying(request)
    if page.principal.session.outcome is None and page.principal.session.is_open(page.components.clock.now()):
        return to_current_step(page)
    return await back_from_verification(page)


@router.post(VERIFY.stay)
async def stay(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """The person is still there: the session is extended."""
    page = await recognise_verifying(request)
    require_form(page, session, csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    return await stayed(request, page)


@router.get(VERIFY.events)
async def events(request: Request, challenge: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Live state of what is asked (server-sent events)."""
    page = await recognise_verifying(request)
    await page.deps.limiter.admit("session", page.principal.session.id)
    requested = page.principal.session.requested
    if requested is None or requested.id != challenge:
        raise UnknownChallengeError
    return live(page, request, challenge_of_page(page.principal, requested.id, page.deps))
