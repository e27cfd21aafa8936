"""The person comes with a ticket, walks from step to step, and leaves."""

from datetime import timedelta

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Proof, Session
from services.enrollment.challenges.domain.eligibility import must_prove
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.policies.domain.policy import allowed_methods, continued, instead_of, replanned
from services.enrollment.sessions.domain import administration as operations
from services.enrollment.sessions.domain import lifecycle as rules
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.handlers.desk import Desk, Visit, cancel_challenge, move_session, visit_of
from services.enrollment.sessions.handlers.step_up import begin, needs_proof
from services.enrollment.sessions.handlers.tickets import held_visit, started_visit
from services.kit.crypto.sealing import token_hash
from services.kit.decision import Change
from services.kit.errors import ProblemError
from services.kit.ids import new_token


async def use_ticket(ticket: str, desk: Desk) -> tuple[Visit, str]:
    """Start the session of an interrupt; the second value is the secret for the cookie.

    Raises:
        ProblemError: `ticketExpired` (also for one that never was), `ticketUsed`.
    """
    now = desk.clock.now()
    stored = await desk.store.interrupt_of_ticket(token_hash(ticket))
    if stored is None or stored.state.ticket_expires_at is None:
        raise ProblemError("ticketExpired")
    interrupt, secret = stored.state, new_token()
    if now >= stored.state.ticket_expires_at:
        raise ProblemError("ticketExpired", returnUrl=interrupt.return_url)

    def start(account: Account) -> Change[Account]:
        session = _new_session(interrupt, secret, account, desk)
        return rules.start_session(account, _placed(account, session, desk), at=now)

    visit = await started_visit(
        interrupt.tenant, interrupt.user, interrupt.id, start, desk, return_url=interrupt.return_url
    )
    return await begin(visit, desk), secret


async def ticket_is_of(ticket: str, session_id: str, desk: Desk) -> bool:
    """Whether a ticket led to this session."""
    stored = await desk.store.interrupt_of_ticket(token_hash(ticket))
    return stored is not None and stored.id == session_id


async def recognise(session_id: str, secret: str, desk: Desk) -> Visit:
    """Who holds this cookie; the session may have ended.

    Raises:
        ProblemError: `sessionEnded` where there is nothing to go back to.
    """
    interrupt = await desk.store.interrupts.get(session_id)
    if interrupt is None:
        raise ProblemError("sessionEnded")
    return await held_visit(interrupt.state.tenant, interrupt.state.user, session_id, secret, desk)


async def follow_policy(visit: Visit, desk: Desk) -> Visit:
    """The session under the policy that holds now, which may have changed since its plan was made."""
    account, policy = visit.account, desk.policy(visit.account)
    allowed, must = allowed_methods(policy), must_prove(account, policy, desk.clock.now())

    def follow(session: Session) -> Session:
        plan = continued(policy, session.plan, account.active_types)
        followed = wizard.follow(account, session, plan, allowed)
        waits_in_vain = followed.step == "prove.choose" and followed.intent != "administer" and not must
        return wizard.let_on(account, followed) if waits_in_vain else followed

    followed = follow(visit.session)
    if followed == visit.session:
        return visit
    if followed.requested is None:
        await cancel_challenge(visit.session.requested, "superseded", desk)
    return await move_session(visit, follow, desk)


async def go_on(visit: Visit, step: str, desk: Desk) -> Visit:
    """ "Next" or "Done" of a step that asks for nothing: to the next thing to set up. A stale step changes nothing."""
    account: Account = visit.account

    def move(session: Session) -> Session:
        if session.step != step:
            return session
        if step == "prompt" and needs_proof(account, session, desk):
            return wizard.ask_for_proof(session, then="")
        return wizard.go_on(account, session)

    moved = await move_session(visit, move, desk)
    return await begin(moved, desk) if moved.session.step == "prove.choose" else moved


async def set_up_instead(visit: Visit, chosen: MethodType, desk: Desk) -> Visit:
    """Set up another method than the one proposed.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `sessionEnded`.
    """
    planned = planned_type(visit)
    if planned is None or chosen not in alternatives(visit, desk):
        raise ProblemError("methodNotAllowedByPolicy")
    await cancel_challenge(visit.session.requested, "superseded", desk)
    plan = replanned(visit.session.plan, planned, chosen)
    return await move_session(visit, lambda session: wizard.set_up(session, chosen, plan=plan), desk)


def alternatives(visit: Visit, desk: Desk) -> tuple[MethodType, ...]:
    """What may be set up now instead of what is being set up."""
    planned, session = planned_type(visit), visit.session
    if planned is None or session.intent == "manage":
        return ()
    return instead_of(desk.policy(visit.account), planned, session.plan, visit.account.active_types)


def may_choose(visit: Visit, desk: Desk) -> bool:
    """Whether the organisation lets the person choose a different method, and there is one."""
    return desk.policy(visit.account).may_choose_different and bool(alternatives(visit, desk))


def planned_type(visit: Visit) -> MethodType | None:
    """The type that is being set up."""
    kind = wizard.method_of(visit.session.step)
    return next((one for one in wizard.FIRST_STEP if one == kind), None)


async def skip(visit: Visit, desk: Desk) -> Visit:
    """Put off what is missing; where that is not possible any more, the session goes on.

    Raises:
        ProblemError: `sessionEnded`.
    """
    now, policy = desk.clock.now(), desk.policy(visit.account)
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: rules.skip_session(account, visit.session.id, policy, at=now)
    )
    moved = visit_of(account.state if account else visit.account, visit.session.id)
    if moved.session.outcome:
        await cancel_challenge(moved.session.requested, "cancelled", desk)
    return moved


async def confirm(visit: Visit, desk: Desk) -> Visit:
    """What is on file is right.

    Raises:
        ProblemError: `sessionEnded`.
    """
    now = desk.clock.now()
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: rules.confirm(account, visit.session.id, at=now)
    )
    return visit_of(account.state if account else visit.account, visit.session.id)


async def change_something(visit: Visit, desk: Desk) -> Visit:
    """What is on file is not right: to "My security info", behind a proof.

    Raises:
        ProblemError: `sessionEnded`.
    """

    return await _to_methods(visit, "confirm", desk)


async def leave_operations_for_methods(visit: Visit, desk: Desk) -> Visit:
    """An administrator who has nothing to prove sets it up first: to "My security info", and later back.

    Raises:
        ProblemError: `sessionEnded`.
    """
    return await _to_methods(visit, wizard.HOME["administer"], desk)


async def stay(visit: Visit, desk: Desk) -> Visit:
    """The person is still there."""
    return await move_session(visit, lambda session: session, desk)


async def cancel(visit: Visit, desk: Desk) -> Visit:
    """Leave the wizard; nothing more is sent for what was asked."""
    now = desk.clock.now()
    await cancel_challenge(visit.session.requested, "cancelled", desk)
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: rules.end_session(account, visit.session.id, "cancelled", at=now)
    )
    return visit_of(account.state if account else visit.account, visit.session.id)


async def _to_methods(visit: Visit, step: str, desk: Desk) -> Visit:
    """From a step to "My security info", behind a proof."""

    def move(session: Session) -> Session:
        if session.step != step:
            return session
        return _placed(visit.account, session.model_copy(update={"intent": "manage"}), desk)

    return await begin(await move_session(visit, move, desk), desk)


def _placed(account: Account, session: Session, desk: Desk) -> Session:
    """Where a session begins: at the prompt, at the question whether all is still right, or in "My security info" or
    the pages for administrators, behind a proof where there is something to prove.
    """
    if session.intent == "administer":
        return operations.placed(account, session, desk.policy(account), desk.clock.now())
    if session.intent != "manage":
        return session.model_copy(update={"step": "confirm"}) if session.decision == "reconfirm" else session
    if needs_proof(account, session, desk):
        return wizard.ask_for_proof(session, then="manage")
    return session.model_copy(update={"step": "manage"})


def _new_session(interrupt: Interrupt, secret: str, account: Account, desk: Desk) -> Session:
    now, minutes = desk.clock.now(), desk.terms(account).session_minutes
    return Session(
        id=interrupt.id,
        intent=interrupt.intent,
        decision=interrupt.decision,
        plan=interrupt.plan,
        cookie_hash=token_hash(secret),
        return_url=interrupt.return_url,
        locale=interrupt.locale or "en",
        started_at=now,
        expires_at=now + timedelta(minutes=minutes),
        life_minutes=minutes,
        proof=Proof(at=interrupt.proven_at) if interrupt.proven_at else None,
    )
