"""The platform asks whether a person must set something up, and later what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl

from schemas.base import MethodType
from schemas.enrollment import Decision, Destination, Intent
from services.enrollment.accounts.domain.account import Account, Profile, account_id
from services.enrollment.accounts.handlers.lookup import revived
from services.enrollment.challenges.domain.eligibility import needs_platform_proof
from services.enrollment.interrupts.domain import nudge
from services.enrollment.interrupts.domain.interrupt import TICKET_LIFE, Interrupt
from services.enrollment.methods.email.domain import parse_address
from services.enrollment.needs import CanChangeAccounts, CanPrepare, HasAccounts, HasConfig, HasInterrupts, HasSealer
from services.enrollment.policies.domain.policy import missing_methods
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain.session import Outcome, Right
from services.enrollment.tokens import Caller
from services.kit.clock import CLOCK_SKEW, Clock
from services.kit.config.clients import Scope
from services.kit.crypto.sealing import Binding, token_hash
from services.kit.decision import Change
from services.kit.errors import (
    ProblemError,
    ReauthenticationRequiredError,
    RequestMalformedError,
    ReturnUrlNotAllowedError,
    UnknownInterruptError,
)
from services.kit.ids import repeatable_id, repeatable_token
from services.kit.mongo.document import DuplicateDocumentError


class CanReadInterrupts(HasAccounts, HasInterrupts, Protocol):
    """Reads interrupts as their sessions have it."""


class CanInterrupt(CanPrepare, HasConfig, HasInterrupts, Protocol):
    """Decides whether a person is interrupted."""


MAX_AUTHENTICATION_AGE = timedelta(minutes=10)
RIGHTS: Mapping[Right, Scope] = {"reports": "admin", "people": "operations.people"}
"""What opens in Operations, and the scope that a platform asks for it with."""
LEADS_TO_REGISTERING: frozenset[Decision] = frozenset({"register", "nudge", "manage"})


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
    amr: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class DecidedInterrupt:
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


async def ask_interrupt(command: AskInterrupt, caller: Caller, deps: CanInterrupt) -> DecidedInterrupt:
    """Decide whether the person must set something up, may put it off, or is asked whether all is still right; or lead
    them to "My security info", or administrators to their pages.

    Raises:
        ProblemError: `returnUrlNotAllowed`, `requestMalformed` for an authentication that is too old,
            `reauthenticationRequired` where registering needs a second factor that the platform checked.
    """
    now = deps.clock.now()
    require_allowed(command.return_url, deps.config.clients[caller.client_id].return_urls)
    _require_recent(command.authenticated_at, now)
    account = await known_account(caller.tenant, command.user, _with_emails(command, caller.tenant, deps), deps)
    plan = missing_methods(deps.policy(account), account.active_types)
    decision = _decision(command.intent, account, deps.policy(account), plan, now)
    if decision in LEADS_TO_REGISTERING and "mfa" not in command.amr:
        _require_something_to_prove(account, deps.policy(account), now)
    ticket = None if decision == "none" else repeatable_token("ticket")
    interrupt = _interrupt(command, caller, account, decision=decision, plan=plan, ticket=ticket, now=now)
    try:
        await deps.interrupts.insert(interrupt.id, interrupt)
    except DuplicateDocumentError:
        made = await deps.interrupts.get(interrupt.id)
        interrupt = made.state if made else interrupt
    return DecidedInterrupt(interrupt, ticket if interrupt.ticket_hash else None)


async def read_interrupt(
    interrupt_id: str, caller: Caller, *, store: CanReadInterrupts, clock: Clock
) -> InterruptStatus:
    """What became of an interrupt of the caller's tenant and client. Raises `unknownInterrupt`."""
    stored = await store.interrupts.get(interrupt_id)
    if stored is None or (stored.state.tenant, stored.state.client_id) != (caller.tenant, caller.client_id):
        raise UnknownInterruptError
    return await outcome_of(stored.state, store=store, now=clock.now())


async def outcome_of(interrupt: Interrupt, *, store: HasAccounts, now: datetime) -> InterruptStatus:
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


async def known_account(tenant: str, user: str, profile: Profile, deps: CanChangeAccounts) -> Account:
    """The person's account, made now if there is none (or none any more), with what the platform says now."""
    identifier = account_id(tenant, user)
    known = await deps.accounts.change(identifier, lambda account: Change(_with_profile(revived(account), profile)))
    if known:
        return known.state
    fresh = Account(tenant=tenant, user=user, profile=profile, created_at=deps.clock.now())
    try:
        return (await deps.accounts.insert(identifier, fresh)).state
    except DuplicateDocumentError:
        return await known_account(tenant, user, profile, deps)


def _with_emails(command: AskInterrupt, tenant: str, deps: HasSealer) -> Profile:
    """The profile with the addresses that are told of changes; what is no address is left out."""
    found: list[Destination] = []
    for text in command.emails:
        try:
            address = parse_address(text)
        except ProblemError:
            continue
        sealed = deps.sealer.seal("destination", address.address.encode(), Binding(tenant, command.user))
        found.append(Destination(sealed=sealed, masked=address.masked))
    return command.profile.model_copy(update={"emails": tuple(found), "locale": command.locale or ""})


def _with_profile(account: Account, profile: Profile) -> Account:
    """What the platform says now; where it says no language, the one that the person was met in stays."""
    spoken = profile.model_copy(update={"locale": profile.locale or account.profile.locale})
    return account.model_copy(update={"profile": spoken})


def _decision(
    intent: Intent, account: Account, policy: GroupPolicy, plan: tuple[MethodType, ...], now: datetime
) -> Decision:
    if intent != "signIn":
        return intent
    if plan:
        return nudge.decision_for(account, policy, at=now)
    return "reconfirm" if nudge.is_confirmation_due(account, policy, at=now) else "none"


def _interrupt(
    command: AskInterrupt,
    caller: Caller,
    account: Account,
    *,
    decision: Decision,
    plan: tuple[MethodType, ...],
    ticket: str | None,
    now: datetime,
) -> Interrupt:
    is_over = ticket is None
    outcome: Outcome = "skipped" if plan else "completed"
    return Interrupt(
        id=repeatable_id("interrupt"),
        tenant=caller.tenant,
        client_id=caller.client_id,
        user=command.user,
        return_url=command.return_url,
        caller_state=command.state,
        locale=command.locale,
        intent=command.intent,
        decision=decision,
        rights=_rights(command.intent, caller),
        plan=plan,
        proven_at=command.authenticated_at if "mfa" in command.amr else None,
        ticket_hash=token_hash(ticket) if ticket else None,
        ticket_expires_at=now + TICKET_LIFE if ticket else None,
        created_at=now,
        outcome=outcome if is_over else None,
        methods=account.active_types,
        ended_at=now if is_over else None,
    )


def _rights(intent: Intent, caller: Caller) -> tuple[Right, ...]:
    """What the token lets the person open."""
    return tuple(right for right, scope in RIGHTS.items() if caller.may(scope)) if intent == "administer" else ()


def require_allowed(return_url: str, allowed: Sequence[AnyHttpUrl]) -> None:
    """Refuse to send a browser anywhere else than under the addresses of the client. Raises `returnUrlNotAllowed`."""
    if not any(matches(return_url, str(prefix)) for prefix in allowed):
        raise ReturnUrlNotAllowedError("Add the address to the client's returnUrls.")


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


def _require_something_to_prove(account: Account, policy: GroupPolicy, now: datetime) -> None:
    if needs_platform_proof(account, policy, now):
        raise ReauthenticationRequiredError(
            "Registering needs a second factor: check one, then ask again with `mfa` in `amr`.",
        )


def _require_recent(authenticated_at: datetime, now: datetime) -> None:
    if authenticated_at > now + CLOCK_SKEW:
        raise RequestMalformedError("authenticatedAt lies in the future: compare the clocks.")
    if authenticated_at < now - MAX_AUTHENTICATION_AGE:
        raise ReauthenticationRequiredError("authenticatedAt is more than 10 minutes ago: check the password again.")
