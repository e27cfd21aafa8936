"""The person comes with a ticket, walks from step to step, and leaves."""

from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.eligibility import must_prove
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.needs import (
    CanChangeAccounts,
    CanChangePlans,
    CanChangeSessions,
    CanProve,
    HasInterrupts,
    HasPolicies,
    HasRules,
)
from services.enrollment.policies.domain.policy import allowed_methods, continued, instead_of, replanned
from services.enrollment.sessions.domain import administration, lifecycle, steps
from services.enrollment.sessions.domain.session import RecentProof, Session
from services.enrollment.sessions.handlers.arriving import NOBODY, Visitor, arrived
from services.enrollment.sessions.handlers.moving import move_session, principal_of
from services.enrollment.sessions.handlers.step_up import begin, needs_proof
from services.enrollment.sessions.handlers.tickets import KnowsSessions, held_principal, started_principal
from services.enrollment.sessions.principal import Principal
from services.kit.crypto.sealing import token_hash
from services.kit.decision import Change
from services.kit.errors import MethodNotAllowedByPolicyError, SessionEndedError, TicketExpiredError
from services.kit.ids import new_token


class CanRecognise(KnowsSessions, HasInterrupts, Protocol):
    """Knows the sessions of interrupts."""


class CanUseTickets(CanProve, HasInterrupts, Protocol):
    """Starts sessions of interrupts."""


async def use_ticket(
    ticket: str, deps: CanUseTickets, *, address: str | None = None, visitor: Visitor = NOBODY
) -> tuple[Principal, str]:
    """Start the session of an interrupt; the second value is the secret for the cookie. `address` is the client's.

    Raises:
        ProblemError: `ticketExpired` (also for one that never was), `ticketUsed`.
    """
    now = deps.clock.now()
    stored = await deps.interrupts.of_ticket(token_hash(ticket))
    if stored is None or stored.state.ticket_expires_at is None:
        raise TicketExpiredError
    interrupt, secret = stored.state, new_token()
    if now >= stored.state.ticket_expires_at:
        raise TicketExpiredError(returnUrl=interrupt.return_url)

    def start(account: Account) -> Change[Account]:
        language = interrupt.locale or visitor.language
        session = _new_session(interrupt, secret, language, account, deps)
        begun = lifecycle.start_session(_met_in(account, language), _placed(account, session, deps), at=now)
        return arrived(begun, visitor, session.id, deps.keyring, at=now)

    principal = await started_principal(
        interrupt.tenant, interrupt.user, interrupt.id, start, deps, return_url=interrupt.return_url
    )
    return await begin(replace(principal, address=address), deps), secret


async def ticket_is_of(ticket: str, session_id: str, deps: HasInterrupts) -> bool:
    """Whether a ticket led to this session."""
    stored = await deps.interrupts.of_ticket(token_hash(ticket))
    return stored is not None and stored.id == session_id


async def recognise(session_id: str, secret: str, deps: CanRecognise) -> Principal:
    """Who holds this cookie; the session may have ended. Raises `sessionEnded` where there is nothing to go back to."""
    interrupt = await deps.interrupts.get(session_id)
    if interrupt is None:
        raise SessionEndedError
    return await held_principal(interrupt.state.tenant, interrupt.state.user, session_id, secret, deps)


async def follow_policy(principal: Principal, deps: CanChangePlans) -> Principal:
    """The session under the policy that holds now, which may have changed since its plan was made."""
    account, policy = principal.account, deps.policy(principal.account)
    allowed, must = allowed_methods(policy), must_prove(account, policy, deps.clock.now())

    def follow(session: Session) -> Session:
        plan = continued(policy, session.plan, account.active_types)
        followed = steps.follow(account, session, plan, allowed)
        waits_in_vain = followed.step == "prove.choose" and followed.intent != "administer" and not must
        return steps.let_on(account, followed) if waits_in_vain else followed

    followed = follow(principal.session)
    if followed == principal.session:
        return principal
    if followed.requested is None:
        await cancel_challenge(principal.session.requested, "superseded", deps)
    return await move_session(principal, follow, deps)


async def go_on(principal: Principal, step: str, deps: CanProve) -> Principal:
    """ "Next" or "Done" of a step that asks for nothing: to the next thing to set up. A stale step changes nothing."""
    account: Account = principal.account

    def move(session: Session) -> Session:
        if session.step != step:
            return session
        if step == "prompt" and needs_proof(account, session, deps):
            return steps.ask_for_proof(session, then="")
        return steps.go_on(account, session)

    moved = await move_session(principal, move, deps)
    return await begin(moved, deps) if moved.session.step == "prove.choose" else moved


async def set_up_instead(principal: Principal, chosen: MethodType, deps: CanChangePlans) -> Principal:
    """Set up another method than the one proposed.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `sessionEnded`.
    """
    planned = planned_type(principal)
    if planned is None or chosen not in alternatives(principal, deps):
        raise MethodNotAllowedByPolicyError
    await cancel_challenge(principal.session.requested, "superseded", deps)
    plan = replanned(principal.session.plan, planned, chosen)
    return await move_session(principal, lambda session: steps.set_up(session, chosen, plan=plan), deps)


def alternatives(principal: Principal, deps: HasPolicies) -> tuple[MethodType, ...]:
    """What may be set up now instead of what is being set up."""
    planned, session = planned_type(principal), principal.session
    if planned is None or session.intent == "manage":
        return ()
    return instead_of(deps.policy(principal.account), planned, session.plan, principal.account.active_types)


def may_choose(principal: Principal, deps: HasPolicies) -> bool:
    return deps.policy(principal.account).may_choose_different and bool(alternatives(principal, deps))


def planned_type(principal: Principal) -> MethodType | None:
    return steps.method_type_of(principal.session.step)


async def skip(principal: Principal, deps: CanChangePlans) -> Principal:
    """Put off what is missing; where that is not possible any more, the session goes on.

    Raises:
        ProblemError: `sessionEnded`.
    """
    now, policy = deps.clock.now(), deps.policy(principal.account)
    account = await deps.accounts.change(
        principal.account_id, lambda account: lifecycle.skip_session(account, principal.session.id, policy, at=now)
    )
    moved = principal_of(account.state if account else principal.account, principal.session.id, principal.address)
    if moved.session.outcome:
        await cancel_challenge(moved.session.requested, "cancelled", deps)
    return moved


async def confirm(principal: Principal, deps: CanChangeAccounts) -> Principal:
    """What is on file is right. Raises `sessionEnded`."""
    now = deps.clock.now()
    account = await deps.accounts.change(
        principal.account_id, lambda account: lifecycle.confirm(account, principal.session.id, at=now)
    )
    return principal_of(account.state if account else principal.account, principal.session.id, principal.address)


async def change_something(principal: Principal, deps: CanProve) -> Principal:
    """What is on file is not right: to "My security info", behind a proof. Raises `sessionEnded`."""

    return await _to_methods(principal, "confirm", deps)


async def leave_operations_for_methods(principal: Principal, deps: CanProve) -> Principal:
    """An administrator who has nothing to prove sets it up first, and comes back later. Raises `sessionEnded`."""
    return await _to_methods(principal, steps.HOME["administer"], deps)


async def stay(principal: Principal, deps: CanChangeAccounts) -> Principal:
    return await move_session(principal, lambda session: session, deps)


async def cancel(principal: Principal, deps: CanChangeSessions) -> Principal:
    """Leave the wizard; nothing more is sent for what was asked."""
    now = deps.clock.now()
    await cancel_challenge(principal.session.requested, "cancelled", deps)
    account = await deps.accounts.change(
        principal.account_id, lambda account: lifecycle.end_session(account, principal.session.id, "cancelled", at=now)
    )
    return principal_of(account.state if account else principal.account, principal.session.id, principal.address)


async def _to_methods(principal: Principal, step: str, deps: CanProve) -> Principal:
    """From a step to "My security info", behind a proof."""

    def move(session: Session) -> Session:
        if session.step != step:
            return session
        return _placed(principal.account, session.model_copy(update={"intent": "manage"}), deps)

    return await begin(await move_session(principal, move, deps), deps)


def _placed(account: Account, session: Session, deps: HasRules) -> Session:
    """Where a session begins: at the prompt, at the question whether all is still right, or in "My security info" or
    the pages for administrators, behind a proof where there is something to prove.
    """
    if session.intent == "administer":
        return administration.placed(account, session, deps.policy(account), deps.clock.now())
    if session.intent != "manage":
        return session.model_copy(update={"step": "confirm"}) if session.decision == "reconfirm" else session
    if needs_proof(account, session, deps):
        return steps.ask_for_proof(session, then="manage")
    return session.model_copy(update={"step": "manage"})


def _new_session(interrupt: Interrupt, secret: str, language: str, account: Account, deps: HasRules) -> Session:
    now, minutes = deps.clock.now(), deps.terms(account).session_minutes
    return Session(
        id=interrupt.id,
        intent=interrupt.intent,
        decision=interrupt.decision,
        plan=interrupt.plan,
        rights=interrupt.rights,
        cookie_hash=token_hash(secret),
        return_url=interrupt.return_url,
        locale=language or account.profile.locale,
        started_at=now,
        expires_at=now + timedelta(minutes=minutes),
        life_minutes=minutes,
        proof=RecentProof(at=interrupt.proven_at) if interrupt.proven_at else None,
    )


def _met_in(account: Account, language: str) -> Account:
    """Messages and notices speak the language in which the person was met."""
    if not language or language == account.profile.locale:
        return account
    return account.model_copy(update={"profile": account.profile.model_copy(update={"locale": language})})
