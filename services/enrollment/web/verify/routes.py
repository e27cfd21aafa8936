"""The hosted verification: a platform sends a person here to prove a method, and gets them back."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import SecretStr

from services.enrollment.parts import Parts
from services.enrollment.sessions.domain.steps import shown_step
from services.enrollment.sessions.handlers import verification as verifications
from services.enrollment.web.access import SPENT, holds_session_of, stayed
from services.enrollment.web.cookies import SessionCookie, write_cookie
from services.enrollment.web.live import challenge_stream
from services.enrollment.web.proof import pages as prove_steps
from services.enrollment.web.rendering import CancelView
from services.enrollment.web.request import (
    SEE_OTHER,
    WizardForm,
    frame,
    html,
    is_secure,
    recognise_verifying,
    require_form,
    require_open,
    to_wizard,
)
from services.enrollment.web.returning import back_from_verification
from services.enrollment.web.view_parts import VERIFY
from services.kit.errors import ProblemError
from services.kit.http.sse import streamed

router = APIRouter(include_in_schema=False)

Hidden = Annotated[str, Form(max_length=256)]


@router.get("/verify/start")
async def start(request: Request, ticket: Annotated[str, Query(max_length=256)] = "") -> Response:
    """Use the ticket, once. The browser that holds its session already goes on where it was."""
    parts: Parts = request.app.state.parts
    await parts.desk.edge.admit("address", request.client.host if request.client else "")
    try:
        visit, secret = await verifications.use_verify_ticket(ticket, parts.desk)
    except ProblemError as problem:
        if problem.code in SPENT and await holds_session_of(
            request, ticket, "verification", verifications.verify_ticket_is_of, verifications.recognise_verifier
        ):
            return RedirectResponse(VERIFY.page, SEE_OTHER)
        raise
    response = RedirectResponse(VERIFY.page, SEE_OTHER)
    cookie = SessionCookie(visit.session.id, SecretStr(secret))
    write_cookie(response, cookie, secure=is_secure(parts), of="verification")
    return response


@router.get(VERIFY.page)
async def show(request: Request) -> Response:
    """The proof that is asked for, or the choice of one; once all is proven, back to the platform."""
    here = await recognise_verifying(request)
    if here.visit.session.outcome:
        return await back_from_verification(here)
    require_open(here)
    return await (prove_steps.show(here) if here.visit.session.step == "prove" else prove_steps.show_choice(here))


@router.post(VERIFY.page)
async def act(request: Request, form: Annotated[WizardForm, Form()]) -> Response:
    """A form of the page. A form of a step that is over changes nothing and shows where the session is."""
    here = await recognise_verifying(request)
    require_form(here, form.session, form.csrf)
    await here.desk.edge.admit("session", here.visit.session.id)
    if here.visit.session.outcome:
        return await back_from_verification(here)
    require_open(here)
    if form.step not in {"prove", "prove.choose"} or shown_step(here.visit.session, form.step) != form.step:
        return to_wizard(here)
    return await (prove_steps.act(here, form) if form.step == "prove" else prove_steps.chosen(here, form))


@router.get(VERIFY.cancel)
async def ask_cancel(request: Request) -> Response:
    """Ask once before leaving."""
    here = await recognise_verifying(request)
    return html(here.visit, CancelView(frame=frame(here, None, title="Stop verifying?")))


@router.post(VERIFY.cancel)
async def cancel(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Leave without having proven it."""
    here = await recognise_verifying(request)
    require_form(here, session, csrf)
    return await back_from_verification(replace(here, visit=await verifications.leave(here.visit, here.desk)))


@router.get(VERIFY.leave)
async def go_back(request: Request) -> Response:
    """From a session that has ended back to the platform."""
    here = await recognise_verifying(request)
    if here.visit.session.outcome is None and here.visit.session.is_open(here.parts.clock.now()):
        return to_wizard(here)
    return await back_from_verification(here)


@router.post(VERIFY.stay)
async def stay(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """The person is still there: the session is extended."""
    here = await recognise_verifying(request)
    require_form(here, session, csrf)
    return await stayed(request, here)


@router.get(VERIFY.events)
async def events(request: Request, challenge: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Live state of what is asked (server-sent events)."""
    here = await recognise_verifying(request)
    await here.desk.edge.admit("session", here.visit.session.id)
    requested = here.visit.session.requested
    if requested is None or requested.id != challenge:
        raise ProblemError("unknownChallenge")
    return streamed(challenge_stream(requested.id, here.desk))
