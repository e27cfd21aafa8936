"""The pages of "My security info": GET shows, POST acts and goes back to the list."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.enrollment.accounts.handlers import restoring, self_service
from services.enrollment.accounts.handlers.disowning import disown
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.sessions.domain.steps import ask_for_proof
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.handlers.step_up import needs_proof
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.access import actor, onlooker
from services.enrollment.web.forms import Hidden
from services.enrollment.web.request import (
    SEE_OTHER,
    PageRequest,
    frame,
    html,
    to_current_step,
)
from services.enrollment.web.returning import back_to_platform
from services.enrollment.web.security_info import rows, said, words
from services.enrollment.web.security_info.showing import (
    activity_page,
    add_page,
    delete_page,
    disown_page,
    disowned,
    list_page,
    method_of,
    new_phone_page,
    rename_page,
)
from services.enrollment.web.views import MANAGE, FieldError, MessageView
from services.enrollment.web.words import BACK_TO_APPLICATION, CHOOSE_ONE
from services.kit.errors import LastRequiredMethodError, ProblemError, RequestMalformedError, UnknownMethodError

router = APIRouter(prefix=MANAGE, include_in_schema=False)

Do = Callable[[], Awaitable[Principal]]


@router.get("")
async def show(
    request: Request,
    done: Annotated[str, Query(max_length=16)] = "",
    method: Annotated[str, Query(max_length=64)] = "",
    default: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Everything that is set up; `done` is what the person has just done with a method."""
    page = await onlooker(request)
    if (away := await _elsewhere(page)) is not None:
        return away
    principal, now = page.principal, page.components.clock.now()
    text = said.sentence(principal.account, done, method, default, now)
    return await list_page(page, done=text or said.restored(principal.account, principal.session, now))


@router.get("/add")
async def show_add(request: Request) -> Response:
    """What can be added."""
    page = await onlooker(request)
    if (away := await _elsewhere(page)) is not None:
        return away
    return add_page(page)


@router.post("/add")
async def add(
    request: Request, session: Hidden = "", csrf: Hidden = "", method: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Begin to set up another method."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    found = next(
        (found for found in self_service.addable(page.principal.account, page.deps) if rows.value_of(found) == method),
        None,
    )
    if found is None:
        return add_page(page, FieldError("method", CHOOSE_ONE))
    await self_service.add(page.principal, found[0], found[1], page.deps)
    return to_current_step(page)


@router.get("/methods/{method_id}/rename")
async def show_rename(request: Request, method_id: str) -> Response:
    """A name of the person's own."""
    page = await onlooker(request)
    return await _elsewhere(page) or rename_page(page, method_of(page, method_id))


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
        return await _done(
            page, "renamed", method_id, partial(self_service.rename, page.principal, method_id, name, page.deps)
        )
    except ProblemError as problem:
        if not isinstance(problem, RequestMalformedError):
            raise
        error = FieldError("name", words.NAME_TOO_LONG)
        return rename_page(page, method_of(page, method_id), name, error, problem.status)


@router.get("/methods/{method_id}/delete")
async def show_delete(request: Request, method_id: str) -> Response:
    """Ask once, and say what remains."""
    page = await onlooker(request)
    return await _elsewhere(page) or delete_page(page, method_of(page, method_id))


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
        remove = partial(self_service.remove, page.principal, method_id, page.deps, lost=bool(lost))
        return await _done(page, "deleted", method_id, remove)
    except ProblemError as problem:
        if isinstance(problem, UnknownMethodError):
            return _to_list()
        if not isinstance(problem, LastRequiredMethodError):
            raise
        return delete_page(page, method_of(page, method_id), problem.status)


@router.post("/methods/{method_id}/change")
async def change(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Begin to give a method another number or address."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    await self_service.change(page.principal, method_id, page.deps)
    return to_current_step(page)


@router.post("/methods/{method_id}/default")
async def choose_default(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Use a method first."""
    page = await actor(request, session, csrf)
    return await _done(
        page, "default", method_id, partial(self_service.choose_default, page.principal, method_id, page.deps)
    )


@router.post("/methods/{method_id}/restore")
async def restore(request: Request, method_id: str, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Bring a method back; where the proof of another one is missing, it is asked for first."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    try:
        principal = await restoring.restore(page.principal, method_id, page.deps)
    except ProblemError as problem:
        if problem.code not in words.NOT_RESTORED:
            raise
        return await list_page(page, words.NOT_RESTORED[problem.code], problem.status)
    if principal.session.step.startswith("prove"):
        return to_current_step(page)
    return _after("restored", method_id, page, principal)


@router.get("/new-phone")
async def show_new_phone(request: Request) -> Response:
    """What happens when the app moves to a new phone."""
    page = await onlooker(request)
    return await _elsewhere(page) or new_phone_page(page)


@router.post("/new-phone")
async def new_phone(
    request: Request, session: Hidden = "", csrf: Hidden = "", method: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Add the new one, prove it, revoke the old one."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    apps = [method for method in page.principal.account.methods if TRAITS[method.type].is_on_a_phone]
    chosen = method or (apps[0].id if len(apps) == 1 else "")
    if not any(method.id == chosen for method in apps):
        return _to_list() if not apps else new_phone_page(page)
    await self_service.replace_phone(page.principal, chosen, page.deps)
    return to_current_step(page)


@router.post("/sessions/end")
async def end_sessions(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """End what is open elsewhere."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    await self_service.end_elsewhere(page.principal, page.deps)
    return _to_list()


@router.get("/activity")
async def show_activity(request: Request) -> Response:
    """What happened to the person's security info, newest first."""
    page = await onlooker(request)
    if (away := await _elsewhere(page)) is not None:
        return away
    return await activity_page(page)


@router.get("/activity/not-me")
async def show_disown(request: Request, entry: Annotated[str, Query(max_length=256)] = "") -> Response:
    """Whether the person means it, and what follows."""
    page = await onlooker(request)
    return await _elsewhere(page) or await disown_page(page, entry)


@router.post("/activity/not-me")
async def post_disown(request: Request, session: Hidden = "", csrf: Hidden = "", entry: Hidden = "") -> Response:
    """ "This wasn't me": this session ends too."""
    page = await actor(request, session, csrf)
    if (away := await _elsewhere(page)) is not None:
        return away
    await disown(page.principal, await disowned(page, entry), page.deps)
    heading, text = words.SAID_NOT_ME
    shown = frame(page, None, title=heading)
    back = (BACK_TO_APPLICATION, page.site.leave)
    return html(
        page.principal, MessageView(replace(shown, leave=False, session_ends_at=None), heading, text, action=back)
    )


@router.post("/leave")
async def leave(request: Request, session: Hidden = "", csrf: Hidden = "") -> Response:
    """Back to where the person came from: the platform, or the question whether all is still right."""
    page = await actor(request, session, csrf)
    principal = await self_service.leave(page.principal, page.deps)
    return (
        await back_to_platform(PageRequest(page.components, page.cookie, principal))
        if principal.session.outcome
        else to_current_step(page)
    )


async def _elsewhere(page: PageRequest) -> Response | None:
    """Where a person belongs who is not managing, or must prove a method first."""
    principal = page.principal
    if principal.session.intent != "manage":
        return to_current_step(page)
    needs = needs_proof(principal.account, principal.session, page.deps)
    if principal.session.step.startswith("prove"):
        if principal.session.restoring is None or needs:
            return to_current_step(page)
        await restoring.leave_restoring(principal, page.deps)
        return _to_list()
    if not needs:
        return None
    await move_session(principal, lambda session: ask_for_proof(session, then="manage"), page.deps)
    return to_current_step(page)


async def _done(page: PageRequest, act: said.Act, method_id: str, do: Do) -> Response:
    """Do it, unless something must be proven first; then the list says what was done."""
    away = await _elsewhere(page)
    return away or _after(act, method_id, page, await do())


def _after(act: said.Act, method_id: str, page: PageRequest, principal: Principal) -> Response:
    address = said.address_after(act, method_id, page.principal.account, principal.account)
    return RedirectResponse(address, SEE_OTHER)


def _to_list() -> Response:
    return RedirectResponse(MANAGE, SEE_OTHER)
