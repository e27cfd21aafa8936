""" "My security info": what a person does with the methods on file."""

from collections.abc import Callable
from typing import Literal

from schemas.base import MethodType
from services.enrollment.accounts.domain import methods
from services.enrollment.accounts.domain.account import Account, Aim, Session
from services.enrollment.accounts.domain.methods import conflict_of
from services.enrollment.challenges.domain.challenge import PhoneType, Registration
from services.enrollment.policies.domain.policy import allowed_methods, may_be_added
from services.enrollment.sessions.domain import lifecycle as rules
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.handlers.desk import Desk, Visit, cancel_challenge, move_session, visit_of
from services.kit.decision import Change
from services.kit.errors import ProblemError

MAX_NAME = 64

Addable = tuple[MethodType, PhoneType | None]
"""A type of method, and of phone."""

CHANGEABLE: frozenset[MethodType] = frozenset({"phone", "email"})


def addable(account: Account, desk: Desk) -> tuple[Addable, ...]:
    """What policy and what is on file let the person add."""
    kinds: list[Addable] = []
    policy = desk.policy(account)
    for kind in (one for one in allowed_methods(policy) if may_be_added(policy, one, account.active_types)):
        kinds += (
            [("phone", one) for one in ("mobile", "alternateMobile", "office")] if kind == "phone" else [(kind, None)]
        )
    return tuple(one for one in kinds if conflict_of(account, one[0], _blank(one[1])) is None)


async def add(visit: Visit, kind: MethodType, phone_type: PhoneType | None, desk: Desk) -> Visit:
    """Begin to set up another method.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodLimitReached`, `sessionEnded`.
    """
    if not may_be_added(desk.policy(visit.account), kind, visit.account.active_types):
        raise ProblemError("methodNotAllowedByPolicy")
    if code := conflict_of(visit.account, kind, _blank(phone_type)):
        raise ProblemError(code)
    return await _begin(visit, Aim(type=kind, phone_type=phone_type), desk)


async def change(visit: Visit, method_id: str, desk: Desk) -> Visit:
    """Begin to give a phone another number or an address another one; the old one works until the new one is proven.

    Raises:
        ProblemError: `unknownMethod`, `sessionEnded`.
    """
    method = visit.account.method(method_id)
    if method is None or method.type not in CHANGEABLE or method.state != "active":
        raise ProblemError("unknownMethod")
    return await _begin(visit, Aim(type=method.type, phone_type=method.phone_type, changes=method.id), desk)


async def replace_phone(visit: Visit, method_id: str, desk: Desk) -> Visit:
    """ "I have a new phone": add the app there and prove it; then the old one goes.

    Raises:
        ProblemError: `unknownMethod`, `sessionEnded`.
    """
    method = visit.account.method(method_id)
    if method is None or method.type != "authenticatorApp":
        raise ProblemError("unknownMethod")
    return await _begin(visit, Aim(type="authenticatorApp", replaces=method.id), desk)


async def remove(visit: Visit, method_id: str, desk: Desk, *, lost: bool) -> Visit:
    """Delete a method; one that was lost or stolen never comes back.

    Raises:
        ProblemError: `unknownMethod`, `lastRequiredMethod`, `sessionEnded`.
    """
    now, policy = desk.clock.now(), desk.policy(visit.account)
    reason: Literal["lostOrStolen", "person"] = "lostOrStolen" if lost else "person"
    session_id = visit.session.id
    removed = await _apply(
        visit,
        lambda account: methods.remove(account, method_id, reason, policy, at=now, session_id=session_id),
        desk,
    )
    for pending in await desk.store.pending_challenges(visit.account.tenant, visit.account.user, method_id):
        await cancel_challenge(pending.state, "cancelled", desk)
    return removed


async def choose_default(visit: Visit, method_id: str, desk: Desk) -> Visit:
    """Use a method first.

    Raises:
        ProblemError: `unknownMethod`, `methodNotAllowedByPolicy`, `sessionEnded`.
    """
    now, session_id = desk.clock.now(), visit.session.id
    return await _apply(
        visit, lambda account: methods.choose_default(account, method_id, at=now, session_id=session_id), desk
    )


async def rename(visit: Visit, method_id: str, name: str, desk: Desk) -> Visit:
    """Give a method a name of the person's own; an empty one takes it away.

    Raises:
        ProblemError: `unknownMethod`, `requestMalformed` for more than 64 characters, `sessionEnded`.
    """
    now, session_id, called = desk.clock.now(), visit.session.id, clean_name(name)
    return await _apply(
        visit, lambda account: methods.rename(account, method_id, called, at=now, session_id=session_id), desk
    )


async def restore(visit: Visit, method_id: str, desk: Desk) -> Visit:
    """Bring back what was removed, changed or suspended, after the proof that this page asks for. A method cannot
    vouch for itself.

    Raises:
        ProblemError: see `methods.restore`; `reauthenticationRequired` where the proof was of this very method, or
        there was
            none.
    """
    if not _vouches_for(visit, method_id):
        raise ProblemError("reauthenticationRequired", "Prove another method first.")
    now = desk.clock.now()
    return await _apply(visit, lambda account: methods.restore(account, method_id, "person", at=now), desk)


def _vouches_for(visit: Visit, method_id: str) -> bool:
    """Whether the session was opened by the proof of another method, which was there before and is there still. What
    the platform vouches for may have been this very method."""
    proof = visit.session.proof
    proven = visit.account.method(proof.method_id) if proof and proof.method_id else None
    if proven is None or proven.id == method_id:
        return False
    return proven.state == "active" and proven.created_at < visit.session.started_at


async def leave(visit: Visit, desk: Desk) -> Visit:
    """Back to the platform, all done; or to where the person came from: the question whether all is right, or the pages
    for administrators."""
    await cancel_challenge(visit.session.requested, "cancelled", desk)

    def move(session: Session) -> Session:
        if session.decision == "reconfirm":
            return wizard.ask_again(session)
        if session.decision == "administer" and session.intent == "manage":
            return wizard.operate_again(session)
        return session.model_copy(update={"outcome": "completed"})

    return await move_session(visit, move, desk)


def clean_name(name: str) -> str | None:
    """One line without outer spaces, or None.

    Raises:
        ProblemError: `requestMalformed` for more than 64 characters or for what cannot be printed.
    """
    called = " ".join(name.split())
    if len(called) > MAX_NAME or not called.isprintable():
        raise ProblemError("requestMalformed", f"A name has up to {MAX_NAME} characters.")
    return called or None


async def _begin(visit: Visit, aim: Aim, desk: Desk) -> Visit:
    await cancel_challenge(visit.session.requested, "cancelled", desk)
    return await move_session(visit, lambda session: wizard.set_up(session, aim.type, aim), desk)


async def _apply(visit: Visit, decide: Callable[[Account], Change[Account]], desk: Desk) -> Visit:
    now = desk.clock.now()

    def decide_in_session(account: Account) -> Change[Account]:
        rules.open_session(account, visit.session.id, at=now)
        return decide(account)

    stored = await desk.store.accounts.change(visit.account_id, decide_in_session)
    return visit_of(stored.state if stored else visit.account, visit.session.id)


def _blank(phone_type: PhoneType | None) -> Registration:
    return Registration(display_name="", phone_type=phone_type)
