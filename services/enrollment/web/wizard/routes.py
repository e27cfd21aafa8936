"""The pages of the wizard: GET shows where the session is, POST acts and redirects (or shows what is wrong)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import SecretStr

from services.enrollment.components import Components
from services.enrollment.config import Config
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.authenticator_app import pages as app_steps
from services.enrollment.methods.email import pages as email_steps
from services.enrollment.methods.phone import pages as phone_steps
from services.enrollment.methods.software_oath import handlers as software
from services.enrollment.methods.software_oath import pages as software_steps
from services.enrollment.sessions.domain.steps import FIRST_STEP, is_done, method_type_of, shown_step
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.sessions.handlers.step_up import needs_proof_for, require_proof
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.access import SPENT, holds_session_of, stayed
from services.enrollment.web.assets import read_logos
from services.enrollment.web.cookies import SessionCookie, write_cookie
from services.enrollment.web.help import routes as help_routes
from services.enrollment.web.live import activation_stream, challenge_stream
from services.enrollment.web.operations import routes as operations_routes
from services.enrollment.web.proof import pages as prove_steps
from services.enrollment.web.qr import qr_picture
from services.enrollment.web.rendering import (
    CancelView,
    ChooseView,
    ConfirmView,
    FieldError,
    Frame,
    MessageView,
    mount_static,
)
from services.enrollment.web.request import (
    SEE_OTHER,
    PageRequest,
    WizardForm,
    frame,
    html,
    is_secure,
    pages,
    recognise,
    require_form,
    require_open,
    tenant_frame,
    to_wizard,
)
from services.enrollment.web.returning import back_to_platform
from services.enrollment.web.security_info import routes as manage_routes
from services.enrollment.web.security_info import words as manage_wording
from services.enrollment.web.verify import routes as verify_routes
from services.enrollment.web.view_parts import SETUP, VERIFY, Site
from services.enrollment.web.wizard import own_steps, views
from services.enrollment.web.wizard.views import WIZARD
from services.enrollment.web.wording import CANT_SIGN_IN, CHOOSE_ONE, HOW_TO_SIGN_IN, WAYS_TO_SET_UP
from services.kit.errors import NotFoundError, ProblemError, UnknownChallengeError
from services.kit.http.headers import security_headers
from services.kit.http.sse import streamed
from services.kit.telemetry import current_trace_id

router = APIRouter(include_in_schema=False)

PAGE_PATHS = ("/security-info", "/help", "/verify", "/operations")

Hidden = Annotated[str, Form(max_length=256)]


@router.get("/security-info/start")
async def start(request: Request, ticket: Annotated[str, Query(max_length=256)] = "") -> Response:
    """Use the ticket, once. The browser that holds its session already goes on where it was."""
    components: Components = request.app.state.components
    await components.deps.limiter.admit("address", request.client.host if request.client else "")
    try:
        principal, secret = await sessions.use_ticket(ticket, components.deps)
    except ProblemError as problem:
        if problem.code in SPENT and await holds_session_of(
            request, ticket, "setup", sessions.ticket_is_of, sessions.recognise
        ):
            return RedirectResponse(WIZARD, SEE_OTHER)
        raise
    response = RedirectResponse("/security-info/prompt", SEE_OTHER)
    write_cookie(response, SessionCookie(principal.session.id, SecretStr(secret)), secure=is_secure(components))
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
    if name in views.HOMES:
        return RedirectResponse(views.HOMES[name], SEE_OTHER)
    if await _sent_to_prove(page, name):
        return to_wizard(page)
    if name == "authenticatorApp.scan":
        return await app_steps.show_scan(page, manual=bool(manual))
    return await STEPS[name].show(page)


@router.post("/security-info/prompt")
@router.post(WIZARD)
async def act(request: Request, form: Annotated[WizardForm, Form()]) -> Response:
    """A form of the wizard. A form of a step that is over changes nothing and shows where the session is."""
    page = await recognise(request)
    require_form(page, form.session, form.csrf)
    await page.deps.limiter.admit("session", page.principal.session.id)
    require_open(page)
    page = await _following_policy(page)
    if shown_step(page.principal.session, form.step) != form.step or form.step not in STEPS:
        return to_wizard(page)
    if await _sent_to_prove(page, form.step):
        return to_wizard(page)
    return await STEPS[form.step].act(page, form)


async def _following_policy(page: PageRequest) -> PageRequest:
    return replace(page, principal=await sessions.follow_policy(page.principal, page.deps))


async def _sent_to_prove(page: PageRequest, step: str) -> bool:
    """Whether a method must be proven first. Asked at each step of a set-up, because a proof grows old, and because
    another session may have registered the first method meanwhile."""
    kind = method_type_of(step)
    principal, deps = page.principal, page.deps
    if kind is None or is_done(step) or not needs_proof_for(kind, principal.account, principal.session, deps):
        return False
    await require_proof(principal, FIRST_STEP[kind], deps)
    return True


@router.get(f"{WIZARD}/qr/{{name}}.svg")
async def get_qr(request: Request, name: str) -> Response:
    """A QR code as a picture: the app's address, or what connects it with the account. Never stored."""
    page = await recognise(request)
    require_open(page)
    origin = page.components.settings.authenticator_origin
    content = f"{origin}{app_steps.APP_PATH}"
    draft = page.principal.session.draft
    if name == "software" and draft:
        content = software.uri_of(draft, page.principal.claimant, page.deps)
    elif name == "account":
        activation = await apps.current_activation(page.principal, page.deps)
        if activation is None:
            raise NotFoundError
        public = page.components.settings.public_origin
        content = apps.code_of(activation, page.deps, public=public, authenticator=origin).link
    return Response(qr_picture(content), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@router.get("/security-info/cancel")
async def ask_cancel(request: Request) -> Response:
    """Ask once before leaving."""
    page = await recognise(request)
    title = "Leave Operations?" if page.principal.session.intent == "administer" else "Leave the setup?"
    return html(page.principal, CancelView(frame=frame(page, None, title=title)))


@router.post("/security-info/cancel")
async def cancel(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Leave, with what was set up so far kept."""
    page = await recognise(request)
    require_form(page, session, csrf)
    return await back_to_platform(replace(page, principal=await sessions.cancel(page.principal, page.deps)))


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
    session, stream = page.principal.session, None
    if session.requested and session.requested.id == challenge:
        stream = challenge_stream(session.requested.id, page.deps)
    elif session.activation and session.activation.handle == activation:
        stream = activation_stream(session.activation.handle, page.deps)
    if stream is None:
        raise UnknownChallengeError
    return streamed(stream)


async def _show_prompt(page: PageRequest) -> Response:
    return html(page.principal, views.prompt_view(frame(page, "prompt"), page.principal, page.deps))


async def _act_on_prompt(page: PageRequest, form: WizardForm) -> Response:
    if form.action != "skip":
        return await app_steps.go_on(page, form)
    return await _back_once_ended(page, await sessions.skip(page.principal, page.deps))


async def _show_confirm(page: PageRequest) -> Response:
    return html(
        page.principal, ConfirmView(frame(page, "confirm"), manage_wording.confirmable_rows(page.principal.account))
    )


async def _act_on_confirm(page: PageRequest, form: WizardForm) -> Response:
    if form.action == "change":
        await sessions.change_something(page.principal, page.deps)
        return to_wizard(page)
    return await _back_once_ended(page, await sessions.confirm(page.principal, page.deps))


async def _back_once_ended(page: PageRequest, principal: Principal) -> Response:
    """A form that was overtaken ends nothing and shows where the session is."""
    return await back_to_platform(replace(page, principal=principal)) if principal.session.outcome else to_wizard(page)


async def _show_choice(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """What policy still allows, each with a sentence."""
    kinds = sessions.alternatives(page.principal, page.deps)
    view = ChooseView(
        frame=frame(page, "choose"),
        question="Which method do you want to set up?",
        choices=tuple((kind, views.LABELS[kind], WAYS_TO_SET_UP[kind]) for kind in kinds),
        back=WIZARD,
        error=error,
    )
    return html(page.principal, view, status)


async def _chosen(page: PageRequest, form: WizardForm) -> Response:
    kind = next((one for one in sessions.alternatives(page.principal, page.deps) if one == form.method), None)
    if kind is None:
        return await _show_choice(page, FieldError("method", CHOOSE_ONE), 422)
    await sessions.set_up_instead(page.principal, kind, page.deps)
    return to_wizard(page)


async def _show_success(page: PageRequest) -> Response:
    return html(page.principal, views.success_view(frame(page, "success"), page.principal.account))


async def _act_on_success(page: PageRequest, _: WizardForm) -> Response:
    return await back_to_platform(page)


@dataclass(frozen=True)
class Step:
    """What a step of the wizard shows, and what its form does."""

    show: Callable[[PageRequest], Awaitable[Response]]
    act: Callable[[PageRequest, WizardForm], Awaitable[Response]] = app_steps.go_on


STEPS: Mapping[str, Step] = {
    "prompt": Step(_show_prompt, _act_on_prompt),
    "confirm": Step(_show_confirm, _act_on_confirm),
    "authenticatorApp": Step(app_steps.show_download),
    "authenticatorApp.setup": Step(app_steps.show_setup, app_steps.act_on_setup),
    "authenticatorApp.scan": Step(app_steps.show_scan, app_steps.act_on_scan),
    "authenticatorApp.test": Step(app_steps.show_try, app_steps.act_on_try),
    "authenticatorApp.code": Step(app_steps.show_code, app_steps.act_on_code),
    "authenticatorApp.verified": Step(app_steps.show_verified),
    "phone": Step(phone_steps.show_number, phone_steps.number_typed),
    "phone.code": Step(phone_steps.show_code, phone_steps.act_on_code),
    "phone.call": Step(phone_steps.show_call, phone_steps.act_on_call),
    "phone.verified": Step(phone_steps.show_verified),
    "softwareOath": Step(software_steps.show_intro, software_steps.act_on_intro),
    "softwareOath.scan": Step(software_steps.show_scan, software_steps.act_on_scan),
    "softwareOath.code": Step(software_steps.show_code, software_steps.act_on_code),
    "softwareOath.verified": Step(software_steps.show_verified),
    "email": Step(email_steps.show_address, email_steps.address_typed),
    "email.code": Step(email_steps.show_code, email_steps.act_on_code),
    "email.verified": Step(email_steps.show_verified),
    "securityQuestions": Step(own_steps.show_questions, own_steps.answers_given),
    "securityQuestions.verified": Step(own_steps.show_questions_kept),
    "passkey": Step(own_steps.show_passkey, own_steps.credential_made),
    "passkey.verified": Step(own_steps.show_passkey_made),
    "recoveryCodes": Step(own_steps.show_recovery, own_steps.act_on_recovery),
    "recoveryCodes.show": Step(own_steps.show_codes, own_steps.codes_saved),
    "recoveryCodes.verified": Step(own_steps.show_codes_kept),
    "choose": Step(_show_choice, _chosen),
    "prove.choose": Step(prove_steps.show_choice, prove_steps.chosen),
    "prove": Step(prove_steps.show, prove_steps.act),
    "success": Step(_show_success, _act_on_success),
}
"""The steps by name; a new method adds its own."""


def mount(app: FastAPI) -> None:
    """Add pages and static files to the application.

    Raises:
        ConfigError: a logo cannot be served.
    """
    app.include_router(router)
    app.include_router(manage_routes.router)
    app.include_router(verify_routes.router)
    app.include_router(help_routes.router)
    app.include_router(operations_routes.router)
    config: Config = app.state.components.config
    mount_static(app, {name: tenant.branding for name, tenant in config.tenants.items()}, read_logos(config))


async def problem_page(request: Request, problem: ProblemError) -> Response | None:
    """A problem as a page, for a person on a page; None for callers of the API."""
    if not request.url.path.startswith(PAGE_PATHS) or request.url.path.endswith(("/events", "/stay")):
        return None
    heading, text, action = _explained(problem, VERIFY if request.url.path.startswith(VERIFY.page) else SETUP)
    view = MessageView(
        frame=_frame_of_problem(request, heading),
        heading=heading,
        text=text,
        action=action,
        help=HELP.get(problem.code),
        reference=current_trace_id() if problem.status >= 500 else None,
    )
    return HTMLResponse(pages.render(view), problem.status, headers=security_headers(None) | problem.headers)


def _frame_of_problem(request: Request, title: str) -> Frame:
    """The organisation's, where the request was recognised before it failed."""
    tenant: str | None = getattr(request.state, "tenant", None)
    if tenant is None:
        return Frame(organization="Security info", title=title)
    return tenant_frame(request.app.state.components, tenant, title)


EXPLAINED: Mapping[str, tuple[str, str]] = {
    "sessionEnded": ("Your session has ended", "Sign in again; what you set up is kept."),
    "ticketUsed": ("This link can't be used any more", "Sign in again to get a new one."),
    "ticketExpired": ("This link can't be used any more", "Sign in again to get a new one."),
    "otherPerson": (
        "This page belongs to someone else",
        "Another person signed in in this browser, in another tab. Nothing was changed.",
    ),
    "formExpired": ("This form is too old", "Nothing was changed. Go on where you were."),
    "noticeExpired": (
        "This link can't be used any more",
        "It works once, and for 7 days. If a change wasn't yours, ask your organisation's help desk.",
    ),
    "unknownMethod": ("This method is gone", "It was deleted or changed meanwhile. Nothing else was changed."),
    "methodNotAllowedByPolicy": ("Your organisation doesn't allow this method", "Nothing was changed."),
    "methodLimitReached": ("You have as many of these as you can have", "Delete one first, then add another."),
    "methodAlreadyRegistered": ("This method is set up already", "Nothing was changed."),
    "challengeEnded": ("That attempt is over", "Nothing you set up is lost. Go on where you were."),
    "notFound": ("There is nothing here", "Check the address, or go back."),
    "requestMalformed": ("That didn't work", "Something in the form was too long or missing."),
    "rateLimited": ("That was very fast", "Wait a moment, then go on. Nothing you set up is lost."),
    "unavailable": (
        "We can't go on right now",
        "This is taking longer than usual. Nothing you set up is lost; try again in a moment.",
    ),
}
HELP: Mapping[str, tuple[str, str]] = {
    "sessionEnded": HOW_TO_SIGN_IN,
    "ticketUsed": HOW_TO_SIGN_IN,
    "ticketExpired": HOW_TO_SIGN_IN,
    "noticeExpired": CANT_SIGN_IN,
}
WITHOUT_WAY_ON = frozenset(HELP)


def _explained(problem: ProblemError, site: Site) -> tuple[str, str, tuple[str, str] | None]:
    """Heading, text, and the one thing to do."""
    heading, text = EXPLAINED.get(problem.code, ("Something went wrong on our side", "Nothing you set up is lost."))
    if back := problem.members.get("back") or problem.members.get("returnUrl"):
        return heading, text, ("Back to the application", str(back))
    return heading, text, None if problem.code in WITHOUT_WAY_ON else ("Go on", site.page)
