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
from services.enrollment.notices import handlers as notices
from services.enrollment.parts import Parts
from services.enrollment.sessions.domain.steps import ask_for_proof
from services.enrollment.sessions.handlers.desk import Visit, move_session
from services.enrollment.sessions.handlers.step_up import needs_proof
from services.enrollment.web.access import actor, onlooker
from services.enrollment.web.rendering import (
    ActivityView,
    AddView,
    DeleteView,
    FieldError,
    Frame,
    ManageView,
    NewPhoneView,
    NotMeView,
    RenameView,
)
from services.enrollment.web.request import (
    SEE_OTHER,
    Here,
    frame,
    html,
    html_for_anybody,
    tenant_frame,
    to_wizard,
)
from services.enrollment.web.returning import back_to_platform
from services.enrollment.web.security_info import words as manage_wording
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import MANAGE
from services.kit.errors import ProblemError

router = APIRouter(prefix=MANAGE, include_in_schema=False)

Hidden = Annotated[str, Form(max_length=256)]
Act = Callable[[Here], Awaitable[Visit]]


@router.get("")
async def show(request: Request) -> Response:
    """Everything that is set up."""
    here = await onlooker(request)
    if (away := await _elsewhere(here)) is not None:
        return away
    return await _listed(here)


@router.get("/add")
async def show_add(request: Request) -> Response:
    """What can be added."""
    here = await onlooker(request)
    if (away := await _elsewhere(here)) is not None:
        return away
    return _addable(here)


@router.post("/add")
async def add(
    request: Request, session: Hidden = "", csrf: Hidden = "", method: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Begin to set up another method."""
    here = await actor(request, session, csrf)
    if (away := await _elsewhere(here)) is not None:
        return away
    found = next(
        (one for one in manage.addable(here.visit.account, here.desk) if manage_wording.value_of(one) == method), None
    )
    if found is None:
        return _addable(here, FieldError("method", manage_wording.CHOOSE_ONE))
    await manage.add(here.visit, found[0], found[1], here.desk)
    return to_wizard(here)


@router.get("/methods/{method_id}/rename")
async def show_rename(request: Request, method_id: str) -> Response:
    """A name of the person's own."""
    here = await onlooker(request)
    return await _elsewhere(here) or _renaming(here, _method(here, method_id))


@router.post("/methods/{method_id}/rename")
async def rename(
    request: Request,
    method_id: str,
    session: Hidden = "",
    csrf: Hidden = "",
    name: Annotated[str, Form(max_length=256)] = "",
) -> Response:
    """Keep the name."""
    here = await actor(request, session, csrf)
    try:
        return await _done(here, lambda here: manage.rename(here.visit, method_id, name, here.desk))
    except ProblemError as problem:
        if problem.code != "requestMalformed":
            raise
        error = FieldError("name", "A name can have up to 64 characters.")
        return _renaming(here, _method(here, method_id), name, error, problem.status)


@router.get("/methods/{method_id}/delete")
async def show_delete(request: Request, method_id: str) -> Response:
    """Ask once, and say what remains."""
    here = await onlooker(request)
    return await _elsewhere(here) or _deleting(here, _method(here, method_id))


@router.post("/methods/{method_id}/delete")
async def delete(
    request: Request,
    method_id: str,
    session: Hidden = "",
    csrf: Hidden = "",
    lost: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Delete a method, never the last one that policy requires."""
    here = await actor(request, session, csrf)
    try:
        return await _done(here, lambda here: manage.remove(here.visit, method_id, here.desk, lost=bool(lost)))
    except ProblemError as problem:
        if problem.code == "unknownMethod":
            return _to_list()
        if problem.code != "lastRequiredMethod":
            raise
        return _deleting(here, _method(here, method_id), problem.status)


@router.post("/methods/{method_id}/change")
async def change(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Begin to give a method another number or address."""
    here = await actor(request, session, csrf)
    if (away := await _elsewhere(here)) is not None:
        return away
    await manage.change(here.visit, method_id, here.desk)
    return to_wizard(here)


@router.post("/methods/{method_id}/default")
async def choose_default(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Use a method first."""
    here = await actor(request, session, csrf)
    return await _done(here, lambda here: manage.choose_default(here.visit, method_id, here.desk))


@router.post("/methods/{method_id}/restore")
async def restore(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Bring a method back; where another proof is missing, it is asked for first."""
    here = await actor(request, session, csrf)
    try:
        return await _done(here, lambda here: manage.restore(here.visit, method_id, here.desk))
    except ProblemError as problem:
        if problem.code not in manage_wording.NOT_RESTORED:
            raise
        return await _listed(here, manage_wording.NOT_RESTORED[problem.code], problem.status)


@router.get("/new-phone")
async def show_new_phone(request: Request) -> Response:
    """What happens when the app moves to a new phone."""
    here = await onlooker(request)
    return await _elsewhere(here) or _new_phone(here)


@router.post("/new-phone")
async def new_phone(
    request: Request, session: Hidden = "", csrf: Hidden = "", method: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Add the new one, prove it, revoke the old one."""
    here = await actor(request, session, csrf)
    if (away := await _elsewhere(here)) is not None:
        return away
    apps = here.visit.account.of_type("authenticatorApp")
    chosen = method or (apps[0].id if len(apps) == 1 else "")
    if not any(one.id == chosen for one in apps):
        return _to_list() if not apps else _new_phone(here)
    await manage.replace_phone(here.visit, chosen, here.desk)
    return to_wizard(here)


@router.get("/activity")
async def show_activity(request: Request) -> Response:
    """What happened to the person's security info, newest first."""
    here = await onlooker(request)
    if (away := await _elsewhere(here)) is not None:
        return away
    stored = await here.desk.store.activities.get(here.visit.account_id)
    entries = reversed(stored.state.entries) if stored else ()
    rows = tuple(row for entry in entries if (row := manage_wording.activity_row(entry, here.visit.account)))
    return html(here.visit, ActivityView(frame=_frame(here, "Your recent activity"), rows=rows))


@router.post("/leave")
async def leave(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Back to where the person came from: the platform, or the question whether all is still right."""
    here = await actor(request, session, csrf)
    visit = await manage.leave(here.visit, here.desk)
    return await back_to_platform(Here(here.parts, here.cookie, visit)) if visit.session.outcome else to_wizard(here)


@router.get("/not-me")
async def show_not_me(request: Request, token: Annotated[str, Query(max_length=256)] = "") -> Response:
    """What changed, and one button. Opening it does nothing: mail scanners open links."""
    parts: Parts = request.app.state.parts
    await parts.desk.edge.admit("address", request.client.host if request.client else "")
    notice = await notices.read_notice(token, parts.desk)
    organization = parts.config.tenant(notice.tenant).display_name
    view = NotMeView(
        frame=replace(tenant_frame(parts, notice.tenant, "This wasn't me?"), now=parts.clock.now()),
        text=manage_wording.notice_text(notice),
        token=SecretStr(token),
        done=False,
        what=manage_wording.what_will_happen(notice, organization),
    )
    return html_for_anybody(view)


@router.post("/not-me")
async def not_me(request: Request, token: Annotated[str, Form(max_length=256)] = "") -> Response:
    """Suspend what came or changed, end the person's sessions, tell the platform."""
    parts: Parts = request.app.state.parts
    await parts.desk.edge.admit("address", request.client.host if request.client else "")
    notice = await notices.repudiate(token, parts.desk)
    organization = parts.config.tenant(notice.tenant).display_name
    view = NotMeView(
        frame=tenant_frame(parts, notice.tenant, "Thank you for telling us"),
        text=manage_wording.notice_text(notice),
        token=SecretStr(""),
        done=True,
        what=manage_wording.what_happened(notice, organization),
    )
    return html_for_anybody(view)


async def _elsewhere(here: Here) -> Response | None:
    """Where a person belongs who is not managing, or must prove a method first."""
    visit = here.visit
    if visit.session.intent != "manage" or visit.session.step.startswith("prove"):
        return to_wizard(here)
    if not needs_proof(visit.account, visit.session, here.desk):
        return None
    await move_session(visit, lambda session: ask_for_proof(session, then="manage"), here.desk)
    return to_wizard(here)


async def _done(here: Here, act: Act) -> Response:
    away = await _elsewhere(here)
    if away is None:
        await act(here)
    return away or _to_list()


def _to_list() -> Response:
    return RedirectResponse(MANAGE, SEE_OTHER)


def _frame(here: Here, title: str, notice: str | None = None) -> Frame:
    return frame(here, "manage", notice, title=title)


def _method(here: Here, method_id: str) -> Method:
    method = here.visit.account.method(method_id)
    if method is None:
        raise ProblemError("unknownMethod")
    return method


async def _listed(here: Here, notice: str | None = None, status: int = 200) -> Response:
    account, now = here.visit.account, here.parts.clock.now()
    organization = here.parts.config.tenant(account.tenant).display_name
    former = {
        one.method.id: one for one in account.former if account.former_method(one.method.id, "person", now) == one
    }
    view = ManageView(
        frame=_frame(here, "My security info", notice),
        rows=manage_wording.rows(account),
        can_add=bool(manage.addable(account, here.desk)),
        new_phone=any(one.type == "authenticatorApp" and one.state == "active" for one in account.methods),
        return_label=manage_wording.CAME_FROM.get(here.visit.session.decision, organization),
        former=tuple(manage_wording.former_row(one) for one in former.values()),
    )
    return html(here.visit, view, status)


def _addable(here: Here, error: FieldError | None = None) -> Response:
    kinds = manage.addable(here.visit.account, here.desk)
    view = AddView(
        frame=_frame(here, "Add sign-in method"),
        choices=tuple(manage_wording.choice_of(one) for one in kinds),
        chosen="",
        error=error,
    )
    return html(here.visit, view, 422 if error else 200)


def _renaming(
    here: Here, method: Method, name: str | None = None, error: FieldError | None = None, status: int = 200
) -> Response:
    view = RenameView(
        frame=_frame(here, "Rename"),
        row=manage_wording.row(method, here.visit.account),
        name=name if name is not None else method.name or "",
        error=error,
    )
    return html(here.visit, view, status)


def _deleting(here: Here, method: Method, status: int = 200) -> Response:
    account = here.visit.account
    required = is_last_required(account, method, here.desk.policy(account))
    view = DeleteView(
        frame=_frame(here, "Delete this method?"),
        row=manage_wording.row(method, account),
        remains=tuple(views.label_of(one) for one in account.methods if one.id != method.id and one.state == "active"),
        lost=method.type in manage_wording.CAN_BE_LOST,
        error=FieldError("method", manage_wording.REQUIRED) if required else None,
    )
    return html(here.visit, view, status)


def _new_phone(here: Here) -> Response:
    account = here.visit.account
    apps = [one for one in account.of_type("authenticatorApp") if one.state == "active"]
    if not apps:
        raise ProblemError("unknownMethod")
    view = NewPhoneView(
        frame=_frame(here, "I have a new phone"),
        row=manage_wording.row(apps[0], account),
        choices=tuple((one.id, views.label_of(one), manage_wording.since(one)) for one in apps)
        if len(apps) > 1
        else (),
    )
    return html(here.visit, view)
