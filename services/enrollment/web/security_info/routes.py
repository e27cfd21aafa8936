"""The pages of "My security info": GET shows, POST acts and goes back to the list."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import SecretStr

from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.domain.methods import is_last_required
from services.enrollment.accounts.handlers import self_service as manage
from services.enrollment.components import Components
from services.enrollment.methods.registry.words import label_of
from services.enrollment.notices import handlers as notices
from services.enrollment.sessions.domain.steps import ask_for_proof
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.handlers.step_up import needs_proof
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.access import actor, onlooker
from services.enrollment.web.request import (
    SEE_OTHER,
    PageRequest,
    frame,
    html,
    html_for_anybody,
    tenant_frame,
    to_wizard,
)
from services.enrollment.web.returning import back_to_platform
from services.enrollment.web.security_info import words as manage_wording
from services.enrollment.web.security_info.views import (
    ActivityView,
    AddView,
    DeleteView,
    ManageView,
    NewPhoneView,
    NotMeView,
    RenameView,
)
from services.enrollment.web.views import MANAGE, FieldError, Frame
from services.kit.errors import LastRequiredMethodError, ProblemError, RequestMalformedError, UnknownMethodError

router = APIRouter(prefix=MANAGE, include_in_schema=False)

Hidden = Annotated[str, Form(max_length=256)]
Act = Callable[[PageRequest], Awaitable[Principal]]


@router.get("")
async def show(request: Request) -> Response:
    """Everything that is set up."""
    page = await onlooker(request)
    if (away := await _elsewhere(page)) is not None:
        return away
    return await _listed(page)


@router.get("/add")
async def show_add(request: Request) -> Response:
    """What can be added."""
    page = await onlooker(request)
    if (away := await _elsewhere(page)) is not None:
        return away
    return _addable(page)


@router.post("/add")
async def add(
    request: Request, session: Hidden = "", csrf: Hidden = "", method: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Begin to set up another method."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    found = next(
        (kind for kind in manage.addable(page.principal.account, page.deps) if manage_wording.value_of(kind) == method),
        None,
    )
    if found is None:
        return _addable(page, FieldError("method", manage_wording.CHOOSE_ONE))
    await manage.add(page.principal, found[0], found[1], page.deps)
    return to_wizard(page)


@router.get("/methods/{method_id}/rename")
async def show_rename(request: Request, method_id: str) -> Response:
    """A name of the person's own."""
    page = await onlooker(request)
    return await _elsewhere(page) or _renaming(page, _method(page, method_id))


@router.post("/methods/{method_id}/rename")
async def rename(
    request: Request,
    method_id: str,
    session: Hidden = "",
    csrf: Hidden = "",
    name: Annotated[str, Form(max_length=256)] = "",
) -> Response:
    """Keep the name."""
    page = await actor(request, session, csrf)
    try:
        return await _done(page, lambda page: manage.rename(page.principal, method_id, name, page.deps))
    except ProblemError as problem:
        if not isinstance(problem, RequestMalformedError):
            raise
        error = FieldError("name", "A name can have up to 64 characters.")
        return _renaming(page, _method(page, method_id), name, error, problem.status)


@router.get("/methods/{method_id}/delete")
async def show_delete(request: Request, method_id: str) -> Response:
    """Ask once, and say what remains."""
    page = await onlooker(request)
    return await _elsewhere(page) or _deleting(page, _method(page, method_id))


@router.post("/methods/{method_id}/delete")
async def delete(
    request: Request,
    method_id: str,
    session: Hidden = "",
    csrf: Hidden = "",
    lost: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Delete a method, never the last one that policy requires."""
    page = await actor(request, session, csrf)
    try:
        return await _done(page, lambda page: manage.remove(page.principal, method_id, page.deps, lost=bool(lost)))
    except ProblemError as problem:
        if isinstance(problem, UnknownMethodError):
            return _to_list()
        if not isinstance(problem, LastRequiredMethodError):
            raise
        return _deleting(page, _method(page, method_id), problem.status)


@router.post("/methods/{method_id}/change")
async def change(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Begin to give a method another number or address."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    await manage.change(page.principal, method_id, page.deps)
    return to_wizard(page)


@router.post("/methods/{method_id}/default")
async def choose_default(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Use a method first."""
    page = await actor(request, session, csrf)
    return await _done(page, lambda page: manage.choose_default(page.principal, method_id, page.deps))


@router.post("/methods/{method_id}/restore")
async def restore(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Bring a method back; where another proof is missing, it is asked for first."""
    page = await actor(request, session, csrf)
    try:
        return await _done(page, lambda page: manage.restore(page.principal, method_id, page.deps))
    except ProblemError as problem:
        if problem.code not in manage_wording.NOT_RESTORED:
            raise
        return await _listed(page, manage_wording.NOT_RESTORED[problem.code], problem.status)


@router.get("/new-phone")
async def show_new_phone(request: Request) -> Response:
    """What happens when the app moves to a new phone."""
    page = await onlooker(request)
    return await _elsewhere(page) or _new_phone(page)


@router.post("/new-phone")
async def new_phone(
    request: Request, session: Hidden = "", csrf: Hidden = "", method: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Add the new one, prove it, revoke the old one."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    apps = page.principal.account.of_type("authenticatorApp")
    chosen = method or (apps[0].id if len(apps) == 1 else "")
    if not any(method.id == chosen for method in apps):
        return _to_list() if not apps else _new_phone(page)
    await manage.replace_phone(page.principal, chosen, page.deps)
    return to_wizard(page)


@router.get("/activity")
async def show_activity(request: Request) -> Response:
    """What happened to the person's security info, newest first."""
    page = await onlooker(request)
    if (away := await _elsewhere(page)) is not None:
        return away
    stored = await page.deps.activities.get(page.principal.account_id)
    entries = reversed(stored.state.entries) if stored else ()
    rows = tuple(row for entry in entries if (row := manage_wording.activity_row(entry, page.principal.account)))
    return html(page.principal, ActivityView(frame=_frame(page, "Your recent activity"), rows=rows))


@router.post("/leave")
async def leave(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Back to where the person came from: the platform, or the question whether all is still right."""
    page = await actor(request, session, csrf)
    principal = await manage.leave(page.principal, page.deps)
    return (
        await back_to_platform(PageRequest(page.components, page.cookie, principal))
        if principal.session.outcome
        else to_wizard(page)
    )


@router.get("/not-me")
async def show_not_me(request: Request, token: Annotated[str, Query(max_length=256)] = "") -> Response:
    """What changed, and one button. Opening it does nothing: mail scanners open links."""
    components: Components = request.app.state.components
    await components.deps.limiter.admit("address", request.client.host if request.client else "")
    notice = await notices.read_notice(token, components.deps)
    organization = components.config.tenant(notice.tenant).display_name
    view = NotMeView(
        frame=replace(tenant_frame(components, notice.tenant, "This wasn't me?"), now=components.clock.now()),
        text=manage_wording.notice_text(notice),
        token=SecretStr(token),
        done=False,
        what=manage_wording.what_will_happen(notice, organization),
    )
    return html_for_anybody(view)


@router.post("/not-me")
async def not_me(request: Request, token: Annotated[str, Form(max_length=256)] = "") -> Response:
    """Suspend what came or changed, end the person's sessions, tell the platform."""
    components: Components = request.app.state.components
    await components.deps.limiter.admit("address", request.client.host if request.client else "")
    notice = await notices.repudiate(token, components.deps)
    organization = components.config.tenant(notice.tenant).display_name
    view = NotMeView(
        frame=tenant_frame(components, notice.tenant, "Thank you for telling us"),
        text=manage_wording.notice_text(notice),
        token=SecretStr(""),
        done=True,
        what=manage_wording.what_happened(notice, organization),
    )
    return html_for_anybody(view)


async def _elsewhere(page: PageRequest) -> Response | None:
    """Where a person belongs who is not managing, or must prove a method first."""
    principal = page.principal
    if principal.session.intent != "manage" or principal.session.step.startswith("prove"):
        return to_wizard(page)
    if not needs_proof(principal.account, principal.session, page.deps):
        return None
    await move_session(principal, lambda session: ask_for_proof(session, then="manage"), page.deps)
    return to_wizard(page)


async def _done(page: PageRequest, act: Act) -> Response:
    away = await _elsewhere(page)
    if away is None:
        await act(page)
    return away or _to_list()


def _to_list() -> Response:
    return RedirectResponse(MANAGE, SEE_OTHER)


def _frame(page: PageRequest, title: str, notice: str | None = None) -> Frame:
    return frame(page, "manage", notice, title=title)


def _method(page: PageRequest, method_id: str) -> Method:
    method = page.principal.account.method(method_id)
    if method is None:
        raise UnknownMethodError
    return method


async def _listed(page: PageRequest, notice: str | None = None, status: int = 200) -> Response:
    account, now = page.principal.account, page.components.clock.now()
    organization = page.components.config.tenant(account.tenant).display_name
    restorable = {
        former.method.id: former
        for former in account.former
        if account.former_method(former.method.id, "person", now) == former
    }
    view = ManageView(
        frame=_frame(page, "My security info", notice),
        rows=manage_wording.rows(account),
        can_add=bool(manage.addable(account, page.deps)),
        new_phone=any(method.type == "authenticatorApp" and method.state == "active" for method in account.methods),
        return_label=manage_wording.CAME_FROM.get(page.principal.session.decision, organization),
        former=tuple(manage_wording.former_row(former) for former in restorable.values()),
    )
    return html(page.principal, view, status)


def _addable(page: PageRequest, error: FieldError | None = None) -> Response:
    kinds = manage.addable(page.principal.account, page.deps)
    view = AddView(
        frame=_frame(page, "Add sign-in method"),
        choices=tuple(manage_wording.choice_of(kind) for kind in kinds),
        chosen="",
        error=error,
    )
    return html(page.principal, view, 422 if error else 200)


def _renaming(
    page: PageRequest, method: Method, name: str | None = None, error: FieldError | None = None, status: int = 200
) -> Response:
    view = RenameView(
        frame=_frame(page, "Rename"),
        row=manage_wording.row(method, page.principal.account),
        name=name if name is not None else method.name or "",
        error=error,
    )
    return html(page.principal, view, status)


def _deleting(page: PageRequest, method: Method, status: int = 200) -> Response:
    account = page.principal.account
    required = is_last_required(account, method, page.deps.policy(account))
    view = DeleteView(
        frame=_frame(page, "Delete this method?"),
        row=manage_wording.row(method, account),
        remains=tuple(
            label_of(other) for other in account.methods if other.id != method.id and other.state == "active"
        ),
        lost=method.type in manage_wording.CAN_BE_LOST,
        error=FieldError("method", manage_wording.REQUIRED) if required else None,
    )
    return html(page.principal, view, status)


def _new_phone(page: PageRequest) -> Response:
    account = page.principal.account
    apps = [method for method in account.of_type("authenticatorApp") if method.state == "active"]
    if not apps:
        raise UnknownMethodError
    view = NewPhoneView(
        frame=_frame(page, "I have a new phone"),
        row=manage_wording.row(apps[0], account),
        choices=tuple((method.id, label_of(method), manage_wording.since(method)) for method in apps)
        if len(apps) > 1
        else (),
    )
    return html(page.principal, view)
