"""The pages of the help desk: GET shows, POST finds or acts. Only a session with the right to people opens them; each
address that names a person counts as a look-up, unless the agent looks at that person anyway."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.help_desk import handlers
from services.enrollment.help_desk.domain import Grounds, is_ticket, reason_of
from services.enrollment.help_desk.handlers import Order
from services.enrollment.web.access import actor, onlooker
from services.enrollment.web.forms import Hidden
from services.enrollment.web.operations.entering import elsewhere
from services.enrollment.web.operations.people import words
from services.enrollment.web.operations.people.showing import (
    NOTHING,
    PEOPLE,
    Asked,
    Given,
    Said,
    act_page,
    address_of,
    find_page,
    method_in,
    pass_page,
    person_page,
)
from services.enrollment.web.request import SEE_OTHER, PageRequest
from services.enrollment.web.views import FieldError
from services.kit.errors import (
    FormExpiredError,
    PersonProtectedError,
    ProblemError,
    UnavailableError,
    UnknownUserError,
)

router = APIRouter(prefix=PEOPLE, include_in_schema=False)

UserPath = Annotated[str, Path(max_length=128)]
MethodPath = Annotated[str, Path(max_length=64)]


class ActForm(BaseModel):
    """What an act is sent with."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    session: str = Field("", max_length=256)
    csrf: str = Field("", max_length=256)
    form: str = Field("", max_length=64)
    reason: str = Field("", max_length=64)
    ticket: str = Field("", max_length=64)


Sent = Annotated[ActForm, Form()]


Do = Callable[[Order], Awaitable[Response]]
DoOnce = Callable[[PageRequest, Order], Awaitable[bool]]
"""Whether it was done: not where its form was sent before."""


@router.get("")
async def show_find(request: Request) -> Response:
    """Whom is it about?"""
    page = await onlooker(request)
    return await elsewhere(page, "people") or find_page(page)


@router.post("")
async def find(
    request: Request, session: Hidden = "", csrf: Hidden = "", person: Annotated[str, Form(max_length=256)] = ""
) -> Response:
    """By POST, so that no name is in an address."""
    page = await actor(request, session, csrf)
    if (away := await elsewhere(page, "people")) is not None:
        return away
    user = await handlers.find(page.principal, person, page.deps)
    return find_page(page, person, words.NOBODY, 404) if user is None else _to(user)


@router.get("/{user_id}")
async def show_person(
    request: Request,
    user_id: UserPath,
    done: Annotated[str, Query(max_length=32)] = "",
    method: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Who it is, what they have, and what happened."""
    page = await onlooker(request)
    if (away := await _not_there(page, user_id)) is not None:
        return away
    return await person_page(page, user_id, Said(done=done, method_id=method))


@router.get("/{user_id}/pass")
async def ask_pass(request: Request, user_id: UserPath) -> Response:
    """Whether the agent means it, and why."""
    return await _ask(request, Asked("passGiven", user_id))


@router.post("/{user_id}/pass")
async def give_pass(request: Request, user_id: UserPath, sent: Sent) -> Response:
    """The pass is in this answer and nowhere else."""
    page = await actor(request, sent.session, sent.csrf)

    async def give(order: Order) -> Response:
        given = await handlers.give_pass(page.principal, order, page.deps)
        account = await account_of(page.principal.account.tenant, user_id, page.deps)
        return pass_page(page, account, given) if given else _to(user_id, "before")

    return await _act(page, Asked("passGiven", user_id), sent, give)


@router.get("/{user_id}/sessions")
async def ask_sessions(request: Request, user_id: UserPath) -> Response:
    """Whether the agent means it, and why."""
    return await _ask(request, Asked("sessionsEnded", user_id))


@router.post("/{user_id}/sessions")
async def end_sessions(request: Request, user_id: UserPath, sent: Sent) -> Response:
    """Nobody is signed in here as this person any more."""
    return await _act_once(
        request,
        Asked("sessionsEnded", user_id),
        sent,
        lambda page, order: handlers.end_sessions(page.principal, order, page.deps),
    )


@router.get("/{user_id}/methods/{method_id}/restore")
async def ask_restore(request: Request, user_id: UserPath, method_id: MethodPath) -> Response:
    """Whether the agent means it, and why."""
    return await _ask(request, Asked("methodRestored", user_id, method_id))


@router.post("/{user_id}/methods/{method_id}/restore")
async def restore(request: Request, user_id: UserPath, method_id: MethodPath, sent: Sent) -> Response:
    """A method comes back."""
    return await _act_once(
        request,
        Asked("methodRestored", user_id, method_id),
        sent,
        lambda page, order: handlers.restore(page.principal, order, method_id, page.deps),
    )


@router.get("/{user_id}/methods/{method_id}/suspend")
async def ask_suspend(request: Request, user_id: UserPath, method_id: MethodPath) -> Response:
    """Whether the agent means it, and why."""
    return await _ask(request, Asked("methodSuspended", user_id, method_id))


@router.post("/{user_id}/methods/{method_id}/suspend")
async def suspend(request: Request, user_id: UserPath, method_id: MethodPath, sent: Sent) -> Response:
    """A method proves nothing for now."""
    return await _act_once(
        request,
        Asked("methodSuspended", user_id, method_id),
        sent,
        lambda page, order: handlers.suspend(page.principal, order, method_id, page.deps),
    )


async def _not_there(page: PageRequest, user: str) -> Response | None:
    """What an agent gets who may not look, or whom nobody is known by."""
    if (away := await elsewhere(page, "people")) is not None:
        return away
    try:
        await handlers.look_up(page.principal, user, page.deps)
    except UnknownUserError:
        return find_page(page, "", words.NOBODY, 404)
    return None


async def _ask(request: Request, asked: Asked) -> Response:
    page = await onlooker(request)
    return await _not_there(page, asked.user) or await _asked_again(page, asked, NOTHING)


async def _asked_again(page: PageRequest, asked: Asked, given: Given) -> Response:
    """What follows, and the reason; or why nothing can be done."""
    account = await account_of(page.principal.account.tenant, asked.user, page.deps)

    async def show() -> Response:
        handlers.require_allowed(page.principal, account, page.deps)
        method = method_in(account, asked, page) if asked.method_id else None
        return act_page(page, account, asked, method, given)

    return await _or_why_not(page, asked.user, show())


async def _act_once(request: Request, asked: Asked, sent: ActForm, do: DoOnce) -> Response:
    """Do it, and show the person; a form that was sent before does nothing, and says so."""
    page = await actor(request, sent.session, sent.csrf)

    async def act(order: Order) -> Response:
        return _to(asked.user, asked.act if await do(page, order) else "before", asked.method_id)

    return await _act(page, asked, sent, act)


async def _act(page: PageRequest, asked: Asked, sent: ActForm, do: Do) -> Response:
    """Do it, where there is a reason; else the page once more."""
    if (away := await _not_there(page, asked.user)) is not None:
        return away
    reason, ticket, principal = reason_of(sent.reason), sent.ticket.strip(), page.principal
    if reason is None:
        wrong = FieldError("reason", words.NO_REASON)
    elif ticket and not is_ticket(ticket):
        wrong = FieldError("ticket", words.NO_TICKET)
    elif not sent.form:
        raise FormExpiredError
    else:
        grounds = Grounds(
            agent=principal.account.user, session_id=principal.session.id, reason=reason, ticket=ticket or None
        )
        return await _or_why_not(page, asked.user, do(Order(asked.user, sent.form, grounds)))
    return await _asked_again(page, asked, Given(sent.reason, ticket, sent.form, wrong))


async def _or_why_not(page: PageRequest, user: str, doing: Awaitable[Response]) -> Response:
    """The person's page, with why it was not done."""
    try:
        return await doing
    except PersonProtectedError as problem:
        return await person_page(page, user, Said(status=problem.status))
    except UnavailableError as problem:
        return await person_page(page, user, Said(notice=words.NOT_MADE, status=problem.status))
    except ProblemError as problem:
        if problem.code not in words.NOT_DONE:
            raise
        return await person_page(page, user, Said(notice=words.NOT_DONE[problem.code], status=problem.status))


def _to(user: str, done: str = "", method_id: str = "") -> Response:
    said = {"done": done, "method": method_id} if method_id else {"done": done}
    return RedirectResponse(f"{address_of(user)}?{urlencode(said)}" if done else address_of(user), SEE_OTHER)
