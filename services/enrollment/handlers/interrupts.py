"""The platform asks whether a person must set something up, and later what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl

from schemas.base import MethodType
from schemas.enrollment import Decision, Intent
from services.enrollment.domain.account import Account, Profile, account_id
from services.enrollment.domain.interrupt import TICKET_LIFE, Interrupt
from services.enrollment.domain.policy import missing_methods
from services.enrollment.store import Store
from services.enrollment.tokens import Caller
from services.kit.clock import Clock
from services.kit.config import Config
from services.kit.decision import Change
from services.kit.errors import ProblemError
from services.kit.ids import new_id, new_token
from services.kit.mongo.document import DuplicateDocumentError
from services.kit.sealing import token_hash

MAX_AUTHENTICATION_AGE = timedelta(minutes=10)
SKEW = timedelta(seconds=60)


@dataclass(frozen=True)
class AskInterrupt:
    """What the platform tells of the person who just signed in."""

    user: str
    profile: Profile
    return_url: str
    state: str | None
    locale: str | None
    intent: Intent
    authenticated_at: datetime


@dataclass(frozen=True)
class Asked:
    """The answer: what is decided, and the one-time ticket where the person must be sent on."""

    interrupt: Interrupt
    ticket: str | None


@dataclass(frozen=True)
class InterruptStatus:
    """What became of an interrupt; `pending` while the person can still act."""

    id: str
    status: str
    methods: tuple[MethodType, ...]
    completed_at: datetime | None


async def ask_interrupt(command: AskInterrupt, caller: Caller, *, store: Store, config: Config, clock: Clock) -> Asked:
    """Decide whether the person must set something up.

    Raises:
        ProblemError: `returnUrlNotAllowed`, `requestMalformed` for an authentication that is too old.
    """
    now = clock.now()
    _require_allowed(command.return_url, config.clients[caller.client_id].return_urls)
    _require_recent(command.authenticated_at, now)
    account = await _account(command, caller.tenant, store, now)
    policy = config.tenant(caller.tenant).policy_for(account.profile.groups)
    plan = missing_methods(policy, account.active_types)
    ticket = new_token() if plan else None
    interrupt = _interrupt(command, caller, account, plan, ticket, now=now)
    await store.interrupts.insert(interrupt.id, interrupt)
    return Asked(interrupt, ticket)


async def read_interrupt(interrupt_id: str, caller: Caller, *, store: Store, clock: Clock) -> InterruptStatus:
    """What became of an interrupt of the caller's tenant and client.

    Raises:
        ProblemError: `unknownInterrupt`.
    """
    stored = await store.interrupts.get(interrupt_id)
    if stored is None or (stored.state.tenant, stored.state.client_id) != (caller.tenant, caller.client_id):
        raise ProblemError("unknownInterrupt")
    return await outcome_of(stored.state, store=store, now=clock.now())


async def outcome_of(interrupt: Interrupt, *, store: Store, now: datetime) -> InterruptStatus:
    """The outcome as it is now; the account knows before the interrupt has followed."""
    if interrupt.outcome:
        return InterruptStatus(interrupt.id, interrupt.outcome, interrupt.methods, interrupt.ended_at)
    account = await store.accounts.get(account_id(interrupt.tenant, interrupt.user))
    methods = account.state.active_types if account else ()
    session = account.state.session(interrupt.id) if account else None
    if session is None:
        unused = interrupt.ticket_expires_at is None or now >= interrupt.ticket_expires_at
        return InterruptStatus(interrupt.id, "expired" if unused else "pending", methods, None)
    status = session.outcome or ("pending" if session.is_open(now) else "expired")
    return InterruptStatus(interrupt.id, status, methods, session.ended_at)


async def _account(command: AskInterrupt, tenant: str, store: Store, now: datetime) -> Account:
    """The person's account, made at the first interrupt, with what the platform says now."""
    identifier = account_id(tenant, command.user)
    known = await store.accounts.change(
        identifier, lambda account: Change(account.model_copy(update={"profile": command.profile}))
    )
    if known:
        return known.state
    fresh = Account(tenant=tenant, user=command.user, profile=command.profile, created_at=now)
    try:
        return (await store.accounts.insert(identifier, fresh)).state
    except DuplicateDocumentError:
        return await _account(command, tenant, store, now)


def _interrupt(
    command: AskInterrupt,
    caller: Caller,
    account: Account,
    plan: tuple[MethodType, ...],
    ticket: str | None,
    *,
    now: datetime,
) -> Interrupt:
    decision: Decision = "register" if plan else "none"
    return Interrupt(
        id=new_id(),
        tenant=caller.tenant,
        client_id=caller.client_id,
        user=command.user,
        return_url=command.return_url,
        caller_state=command.state,
        locale=command.locale,
        intent=command.intent,
        decision=decision,
        plan=plan,
        ticket_hash=token_hash(ticket) if ticket else None,
        ticket_expires_at=now + TICKET_LIFE if ticket else None,
        created_at=now,
        outcome=None if plan else "completed",
        methods=account.active_types,
        ended_at=None if plan else now,
    )


def _require_allowed(return_url: str, allowed: Sequence[AnyHttpUrl]) -> None:
    if not any(matches(return_url, str(prefix)) for prefix in allowed):
        raise ProblemError("returnUrlNotAllowed", "Add the address to the client's returnUrls.")


def matches(url: str, prefix: str) -> bool:
    """Whether `url` lies under `prefix`: same scheme, host and port, path below, nothing that a browser reads
    differently (user info, backslashes, dot segments, control characters)."""
    if any(character in url for character in "\\@ \t\r\n") or not url.isprintable():
        return False
    there, base = urlsplit(url), urlsplit(prefix)
    path, folder = there.path or "/", base.path or "/"
    if any(segment in {".", ".."} or "%2e" in segment.lower() for segment in path.split("/")):
        return False
    below = path == folder or path.startswith(folder if folder.endswith("/") else folder + "/")
    return (there.scheme, there.netloc) == (base.scheme, base.netloc) and below


def _require_recent(authenticated_at: datetime, now: datetime) -> None:
    if not now - MAX_AUTHENTICATION_AGE <= authenticated_at <= now + SKEW:
        raise ProblemError("requestMalformed", "authenticatedAt must lie within the last 10 minutes.")
