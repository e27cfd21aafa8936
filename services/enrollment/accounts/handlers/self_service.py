""" "My security info": what a person does with the methods on file."""

from collections.abc import Callable
from typing import Literal

from schemas.base import MethodType
from services.enrollment.accounts.domain import methods
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.conflicts import conflict_of
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.accounts.handlers.adding import require_addable
from services.enrollment.challenges.domain.challenge import PhoneType, Registration
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.needs import CanChangeAccounts, CanChangePlans, CanChangeSessions, HasClock, HasPolicies
from services.enrollment.policies.domain.policy import allowed_methods, may_be_added
from services.enrollment.sessions.domain import lifecycle, steps
from services.enrollment.sessions.domain.session import RequestedChange, Session
from services.enrollment.sessions.handlers.ending import end_what_was_asked
from services.enrollment.sessions.handlers.moving import move_session, principal_of
from services.enrollment.sessions.principal import Principal
from services.kit.decision import Change
from services.kit.errors import RequestMalformedError, UnknownMethodError

MAX_NAME = 64

Addable = tuple[MethodType, PhoneType | None]
"""A type of method, and of phone."""


def addable(account: Account, deps: HasPolicies) -> tuple[Addable, ...]:
    """What policy and what is on file let the person add."""
    policy = deps.policy(account)
    allowed = [
        method_type
        for method_type in allowed_methods(policy)
        if may_be_added(policy, method_type, account.active_types)
    ]
    variants = [
        (method_type, phone_type)
        for method_type in allowed
        for phone_type in (TRAITS[method_type].phone_types or (None,))
    ]
    return tuple(variant for variant in variants if conflict_of(account, variant[0], _blank(variant[1])) is None)


async def add(
    principal: Principal, method_type: MethodType, phone_type: PhoneType | None, deps: CanChangePlans
) -> Principal:
    """Begin to set up another method. Raises `methodNotAllowedByPolicy`, `methodLimitReached`, `sessionEnded`."""
    require_addable(principal.account, method_type, _blank(phone_type), deps)
    return await _begin(principal, RequestedChange(type=method_type, phone_type=phone_type), deps)


async def change(principal: Principal, method_id: str, deps: CanChangeSessions) -> Principal:
    """Begin to give a phone another number or an address another one; the old one works until the new one is proven.

    Raises:
        ProblemError: `unknownMethod`, `sessionEnded`.
    """
    method = principal.account.method(method_id)
    if method is None or not TRAITS[method.type].has_destination or method.state != "active":
        raise UnknownMethodError
    return await _begin(
        principal, RequestedChange(type=method.type, phone_type=method.phone_type, changes=method.id), deps
    )


async def replace_phone(principal: Principal, method_id: str, deps: CanChangeSessions) -> Principal:
    """ "I have a new phone": add the app there and prove it; then the old one goes. Raises `unknownMethod`,
    `sessionEnded`."""
    method = principal.account.method(method_id)
    if method is None or not TRAITS[method.type].is_on_a_phone:
        raise UnknownMethodError
    return await _begin(principal, RequestedChange(type=method.type, replaces=method.id), deps)


async def remove(principal: Principal, method_id: str, deps: CanChangePlans, *, lost: bool) -> Principal:
    """Delete a method; one that was lost or stolen never comes back.

    Raises:
        ProblemError: `unknownMethod`, `lastRequiredMethod`, `sessionEnded`.
    """
    now, policy = deps.clock.now(), deps.policy(principal.account)
    reason: Literal["lostOrStolen", "person"] = "lostOrStolen" if lost else "person"
    session_id = principal.session.id
    removed = await in_session(
        principal,
        lambda account: methods.remove(account, method_id, reason, policy, at=now, session_id=session_id),
        deps,
    )
    for pending in await deps.challenges.pending(principal.account.tenant, principal.account.user, method_id):
        await cancel_challenge(pending.state, "cancelled", deps)
    return removed


async def choose_default(principal: Principal, method_id: str, deps: CanChangeAccounts) -> Principal:
    """Use a method first. Raises `unknownMethod`, `methodNotAllowedByPolicy`, `sessionEnded`."""
    now, session_id = deps.clock.now(), principal.session.id
    return await in_session(
        principal, lambda account: methods.choose_default(account, method_id, at=now, session_id=session_id), deps
    )


async def rename(principal: Principal, method_id: str, name: str, deps: CanChangeAccounts) -> Principal:
    """Give a method a name of the person's own; an empty one takes it away. Raises `unknownMethod`, `requestMalformed`
    for more than 64 characters, `sessionEnded`."""
    now, session_id, called = deps.clock.now(), principal.session.id, clean_name(name)
    return await in_session(
        principal, lambda account: methods.rename(account, method_id, called, at=now, session_id=session_id), deps
    )


def open_elsewhere(principal: Principal, deps: HasClock) -> tuple[Session, ...]:
    """The person's other sessions in which somebody can still act, verifications for a platform among them."""
    now, mine = deps.clock.now(), principal.session.id
    return tuple(session for session in principal.account.sessions if session.is_open(now) and session.id != mine)


async def end_elsewhere(principal: Principal, deps: CanChangeSessions) -> Principal:
    """Nobody acts in another session of the person from now on, and what they ask for ends. Raises `sessionEnded`."""
    now, mine = deps.clock.now(), principal.session.id
    alone = await in_session(
        principal, lambda account: lifecycle.end_all(AccountUpdate(account), at=now, but=mine).change(), deps
    )
    await end_what_was_asked(alone.account, deps)
    return alone


async def leave(principal: Principal, deps: CanChangeSessions) -> Principal:
    """Back to the platform, all done; or to where the person came from: the question whether all is right, or the pages
    for administrators. Nobody leaves the wizard by this, nor what is behind a proof without it: the platform would hear
    that all is done."""
    if not _may_leave(principal.session):
        return principal
    await cancel_challenge(principal.session.requested, "cancelled", deps)

    def move(session: Session) -> Session:
        if not _may_leave(session):
            return session
        if session.decision == "reconfirm":
            return steps.ask_again(session)
        if session.decision == "administer" and session.intent == "manage":
            return steps.operate_again(session)
        return session.model_copy(update={"outcome": "completed"})

    return await move_session(principal, move, deps)


def _may_leave(session: Session) -> bool:
    return session.intent in steps.HOME and not session.step.startswith("prove")


def clean_name(name: str) -> str | None:
    """One line without outer spaces, or None. Raises `requestMalformed` for more than 64 characters or for what cannot
    be printed."""
    called = " ".join(name.split())
    if len(called) > MAX_NAME or not called.isprintable():
        raise RequestMalformedError(f"A name has up to {MAX_NAME} characters.")
    return called or None


async def _begin(principal: Principal, change: RequestedChange, deps: CanChangeSessions) -> Principal:
    await cancel_challenge(principal.session.requested, "cancelled", deps)
    return await move_session(principal, lambda session: steps.set_up(session, change.type, change), deps)


async def in_session(
    principal: Principal, decide: Callable[[Account], Change[Account]], deps: CanChangeAccounts
) -> Principal:
    """Change what the person has, as long as the session is open. Raises `sessionEnded`."""
    now = deps.clock.now()

    def decide_in_session(account: Account) -> Change[Account]:
        lifecycle.open_session(account, principal.session.id, at=now)
        return decide(account)

    stored = await deps.accounts.change(principal.account_id, decide_in_session)
    return principal_of(stored.state if stored else principal.account, principal.session.id, principal.address)


def _blank(phone_type: PhoneType | None) -> Registration:
    return Registration(display_name="", phone_type=phone_type)
