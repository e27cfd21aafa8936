""" "Verify it's you": a person with a method proves it before anything is added, changed or removed."""

from datetime import datetime, timedelta

from schemas.base import MethodType, Purpose
from services.enrollment.accounts.domain.account import Account, Method, Session
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.eligibility import (
    PROVEN_FOR,
    PROVEN_FOR_PASSKEY,
    is_locked_out,
    left_to_prove,
    methods_to_prove,
    must_prove,
)
from services.enrollment.challenges.handlers.asking import for_method
from services.enrollment.challenges.handlers.cooldown import pauses_of, require_rested, rested_first
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.handlers.desk import Desk, Visit, ask, move_session, pressed
from services.kit.errors import ProblemError

STARTS_BY_ITSELF = frozenset({"authenticatorApp", "phone"})
"""Where the first question needs no decision: a request or a message that the person waits for."""


def usable_methods(account: Account, desk: Desk, now: datetime | None = None) -> tuple[Method, ...]:
    """What the person can prove, best first."""
    return methods_to_prove(account, desk.policy(account), now or desk.clock.now())


def locked_out(account: Account, desk: Desk) -> bool:
    """Whether the person has methods, and none that can be used now."""
    return is_locked_out(account, desk.policy(account), desk.clock.now())


def needs_proof(account: Account, session: Session, desk: Desk, within: timedelta = PROVEN_FOR) -> bool:
    """Whether the person has something to prove, and has not proven it lately. With nothing more to prove, what was
    proven in this session, such as a pass that is used up, holds as long as it lasts."""
    now = desk.clock.now()
    if not must_prove(account, desk.policy(account), now) or session.is_proven(now, within):
        return False
    return session.proof is None or bool(usable_methods(account, desk, now))


def needs_proof_for(kind: MethodType, account: Account, session: Session, desk: Desk) -> bool:
    """The same before a method is set up: for a passkey, the strongest of all, the proof is at most 5 minutes old."""
    return needs_proof(account, session, desk, PROVEN_FOR_PASSKEY if kind == "passkey" else PROVEN_FOR)


async def require_proof(visit: Visit, then: str, desk: Desk) -> Visit:
    """Ask for a proof before the person goes on to `then`; the best method starts by itself where that disturbs
    nobody.
    """
    moved = await move_session(visit, lambda session: wizard.ask_for_proof(session, then=then), desk)
    return await begin(moved, desk)


async def begin(visit: Visit, desk: Desk) -> Visit:
    """Start with the best method, if it starts by itself and the session waits for a choice."""
    first = next(iter(await choices(visit, desk)), None)
    if first is None or visit.session.step != "prove.choose" or first.type not in STARTS_BY_ITSELF:
        return visit
    try:
        return await prove_by(visit, first.id, desk)
    except ProblemError as problem:
        if problem.code == "methodCoolingDown":
            return visit
        raise


def askable(visit: Visit, desk: Desk) -> tuple[Method, ...]:
    """What the person can prove in this session, best first."""
    verifying, now = visit.session.verifying, desk.clock.now()
    if verifying is None:
        return usable_methods(visit.account, desk, now)
    return left_to_prove(visit.account, desk.policy(visit.account), verifying.purpose, verifying.proven, now)


async def choices(visit: Visit, desk: Desk) -> tuple[Method, ...]:
    """The same, those that rest after failures last."""
    return rested_first(askable(visit, desk), await pauses_of(visit.account, _purpose(visit), desk))


async def prove_by(visit: Visit, method_id: str, desk: Desk, *, by_app: bool = False, again: bool = False) -> Visit:
    """Ask for the proof of one method; `by_app` asks an app for a code instead of an approval.

    Raises:
        ProblemError: `unknownMethod`, `methodCoolingDown`, `sessionEnded`, `rateLimited`.
    """
    method = next((one for one in askable(visit, desk) if one.id == method_id), None)
    if method is None:
        raise ProblemError("unknownMethod")
    require_rested(method, await pauses_of(visit.account, _purpose(visit), desk), desk.clock.now())
    identifier = pressed(visit, f"prove {method.id} {by_app}")
    challenge = await for_method(method, visit.applicant, _purpose(visit), identifier, desk, by_app=by_app)
    moved = await ask(visit, _for_platform(challenge, visit.session), "prove", desk, again=again)
    if method.device_id:
        desk.signals.tell(method.device_id)
    return moved


async def choose_another(visit: Visit, desk: Desk) -> Visit:
    """Back to the list of methods."""

    def move(session: Session) -> Session:
        return session.model_copy(update={"step": "prove.choose"}) if session.step == "prove" else session

    return await move_session(visit, move, desk)


def _purpose(visit: Visit) -> Purpose:
    return visit.session.verifying.purpose if visit.session.verifying else "stepUp"


def _for_platform(challenge: Challenge, session: Session) -> Challenge:
    """In a verification each challenge stands for the one that the platform opened."""
    verifying = session.verifying
    if verifying is None:
        return challenge
    return challenge.model_copy(
        update={
            "client_id": verifying.client_id,
            "context": verifying.context,
            "proofs_required": verifying.proofs_required,
            "stands_for": session.id,
        }
    )
