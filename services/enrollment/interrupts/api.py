"""Interrupts: does this person have to set something up?"""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Response
from fastapi import Body as JsonBody
from pydantic import AwareDatetime, Field, StringConstraints

from schemas.base import MethodType
from schemas.enrollment import Decision, Intent
from services.enrollment.accounts.domain.account import Profile
from services.enrollment.api.bodies import Body, ReturnUrl, Text, UserId, absent
from services.enrollment.api.callers import InterruptsCaller
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.responses import answer, problems
from services.enrollment.components import ComponentsDep, DependenciesDep
from services.enrollment.interrupts import examples
from services.enrollment.interrupts.handlers import (
    RIGHTS,
    AskInterrupt,
    DecidedInterrupt,
    ask_interrupt,
    read_interrupt,
)
from services.kit.crypto.rotation import JWKS_LIFE

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
    responses=answer(200, examples.INTERRUPT_ANSWER)
    | problems("returnUrlNotAllowed", "reauthenticationRequired", "idempotencyConflict"),
)
@idempotent
async def post_interrupt(
    body: Annotated[InterruptRequest, JsonBody(openapi_examples=examples.INTERRUPTS)],
    caller: InterruptsCaller,
    deps: DependenciesDep,
) -> InterruptAnswer:
    """Whether the person must set something up; with the address to send the browser to. Scope `interrupts`.

    `returnUrl` must be on the client's list, `authenticatedAt` at most 10 minutes ago. With `intent` `manage` the
    address leads to "My security info"; with `administer` to Operations, which needs one more scope: `admin` opens the
    reports there, `operations.people` the help desk. `nudge` is a registration that the person may put off,
    `reconfirm` the question whether what is on file is still right. What the call says of the person replaces what is
    known: groups decide on the policy, `emails` are told of changes.
    """
    if body.intent == "administer":
        caller.require(*RIGHTS.values())
    return _answer(await ask_interrupt(_command(body), caller, deps), deps.public_origin)


@router.get(
    "/v1.0/interrupts/{interrupt_id}",
    responses=answer(200, examples.INTERRUPT) | problems("unknownInterrupt"),
)
async def get_interrupt(
    interrupt_id: InterruptPath, caller: InterruptsCaller, deps: DependenciesDep
) -> InterruptOutcome:
    """What became of it: the authority, whatever the browser carries. Scope `interrupts`. Answers for 30 days."""
    status = await read_interrupt(interrupt_id, caller, store=deps, clock=deps.clock)
    return InterruptOutcome(
        id=status.id, status=status.status, methods=status.methods, completed_at=status.completed_at
    )


@router.get("/.well-known/jwks.json", responses=answer(200, examples.JWKS))
async def get_jwks(components: ComponentsDep, response: Response) -> dict[str, Any]:
    """The public keys by which results are checked (RFC 7517). Each is here before anything is signed with it, for
    longer than this answer may be kept, and until the last token that it signed has expired."""
    response.headers["Cache-Control"] = f"public, max-age={int(JWKS_LIFE.total_seconds())}"
    return components.signer.jwks()


def _answer(decided: DecidedInterrupt, origin: str) -> InterruptAnswer:
    interrupt = decided.interrupt
    url = f"{origin}/security-info/start?{urlencode({'ticket': decided.ticket})}" if decided.ticket else None
    return InterruptAnswer(
        id=interrupt.id, decision=interrupt.decision, url=url, expires_at=interrupt.ticket_expires_at
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
