"""Interrupts: does this person have to set something up?"""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response
from fastapi import Body as JsonBody
from pydantic import AwareDatetime, Field, StringConstraints

from schemas.base import MethodType
from schemas.enrollment import Decision, Intent
from services.enrollment.accounts.domain.account import Profile
from services.enrollment.api import examples
from services.enrollment.api.problems import answer, problems
from services.enrollment.api.shared import Body, CallerNow, IdempotencyKey, ReturnUrl, Text, UserId, absent, once
from services.enrollment.components import Components
from services.enrollment.idempotency.handlers import Reply
from services.enrollment.interrupts.handlers import AskInterrupt, ask_interrupt, read_interrupt
from services.enrollment.tokens import Caller

router = APIRouter(tags=["interrupts"])

InterruptPath = Annotated[str, Path(max_length=64, examples=["0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f13"])]


class User(Body):
    """The person who just signed in, as the platform knows them. `id` is opaque."""

    id: UserId
    user_principal_name: Text
    display_name: Text
    groups: tuple[Annotated[str, StringConstraints(min_length=1, max_length=128)], ...] = Field((), max_length=200)
    emails: tuple[Text, ...] = Field((), max_length=10, description="addresses to tell of changes")
    phones: tuple[Text, ...] = Field((), max_length=10)


class InterruptRequest(Body):
    """Ask whether this person must set something up before going on."""

    user: User
    return_url: ReturnUrl
    state: Annotated[str, StringConstraints(max_length=512)] | None = None
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$")] | None = None
    intent: Intent = "signIn"
    authenticated_at: AwareDatetime
    amr: tuple[Annotated[str, StringConstraints(max_length=32)], ...] = Field((), max_length=20)


class InterruptAnswer(Body):
    """`url` leads the browser to the prompt, once, within 5 minutes."""

    id: str
    decision: Decision
    url: str | None = absent()
    expires_at: datetime | None = absent()


class InterruptOutcome(Body):
    """What became of an interrupt. `status` is `pending`, `completed`, `skipped`, `cancelled` or `expired`."""

    id: str
    status: str
    methods: tuple[MethodType, ...]
    completed_at: datetime | None = absent()


@router.post(
    "/v1.0/interrupts",
    response_model=InterruptAnswer,
    responses=answer(200, examples.INTERRUPT_ANSWER)
    | problems("returnUrlNotAllowed", "reauthenticationRequired", "idempotencyConflict"),
)
async def post_interrupt(
    request: Request,
    body: Annotated[InterruptRequest, JsonBody(openapi_examples=examples.INTERRUPTS)],
    by: CallerNow,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Whether the person must set something up; with the address to send the browser to. Scope `interrupts`.

    `returnUrl` must be on the client's list, `authenticatedAt` at most 10 minutes ago. With `intent` `manage` the
    address leads to "My security info"; with `administer`, which needs the scope `admin` as well, to the pages for
    administrators. `nudge` is a registration that the person may put off, `reconfirm` the question
    whether what is on file is still right. What the call says of the person replaces what is known: groups decide on
    the policy, `emails` are told of changes.
    """
    by.require("interrupts")
    if body.intent == "administer":
        by.require("admin")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        return Reply(await _ask(components, body, by))

    return await once(request, idempotency_key, by, reply)


@router.get(
    "/v1.0/interrupts/{interrupt_id}",
    responses=answer(200, examples.INTERRUPT) | problems("unknownInterrupt"),
)
async def get_interrupt(request: Request, interrupt_id: InterruptPath, by: CallerNow) -> InterruptOutcome:
    """What became of it: the authority, whatever the browser carries. Scope `interrupts`. Answers for 30 days."""
    by.require("interrupts")
    components: Components = request.app.state.components
    status = await read_interrupt(interrupt_id, by, store=components.deps, clock=components.clock)
    return InterruptOutcome(
        id=status.id, status=status.status, methods=status.methods, completed_at=status.completed_at
    )


@router.get("/.well-known/jwks.json", responses=answer(200, examples.JWKS))
async def get_jwks(request: Request) -> dict[str, Any]:
    """The public keys by which results are checked (RFC 7517)."""
    components: Components = request.app.state.components
    return components.signer.jwks()


async def _ask(components: Components, body: InterruptRequest, by: Caller) -> InterruptAnswer:
    asked = await ask_interrupt(_command(body), by, components.deps)
    origin = components.settings.public_origin
    url = f"{origin}/security-info/start?{urlencode({'ticket': asked.ticket})}" if asked.ticket else None
    return InterruptAnswer(
        id=asked.interrupt.id,
        decision=asked.interrupt.decision,
        url=url,
        expires_at=asked.interrupt.ticket_expires_at,
    )


def _command(body: InterruptRequest) -> AskInterrupt:
    user = body.user
    profile = Profile(user_principal_name=user.user_principal_name, display_name=user.display_name, groups=user.groups)
    return AskInterrupt(
        user=user.id,
        profile=profile,
        return_url=body.return_url,
        state=body.state,
        locale=body.locale,
        intent=body.intent,
        authenticated_at=body.authenticated_at,
        amr=body.amr,
        emails=user.emails,
    )
