""" "Verify it's you": a person with a method proves it before anything is added, changed or removed."""

from datetime import datetime, timedelta

from schemas.base import Channel, MethodType, Purpose
from schemas.notification import SIM_CHANGED, SIM_UNCHECKED
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.domain.suspension import may_vouch
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.eligibility import (
    is_locked_out,
    left_to_prove,
    methods_to_prove,
    must_prove,
)
from services.enrollment.challenges.handlers.asking import for_method
from services.enrollment.challenges.handlers.cooldown import (
    Cooldowns,
    available_first,
    cooldowns_of,
    require_available,
)
from services.enrollment.devices.asking import admit_request, end_earlier_requests
from services.enrollment.methods.base.domain import PROVEN_FOR
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.methods.registry.handlers import STRATEGIES
from services.enrollment.needs import CanChangeAccounts, CanChoose, CanProve, CanShow, HasRules
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import Session
from services.enrollment.sessions.handlers.asking import ask, is_asked_already, pressed
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.principal import Principal
from services.kit.errors import MethodCoolingDownError, ProblemError, SendLimitReachedError, UnknownMethodError


def usable_methods(account: Account, deps: HasRules, now: datetime | None = None) -> tuple[Method, ...]:
    return methods_to_prove(account, deps.policy(account), now or deps.clock.now())


def locked_out(account: Account, deps: HasRules) -> bool:
    return is_locked_out(account, deps.policy(account), deps.clock.now())


def needs_proof(account: Account, session: Session, deps: HasRules, within: timedelta = PROVEN_FOR) -> bool:
    """Whether the person has something to prove, and has not proven it lately. With nothing more to prove, what was
    proven in this session, such as a pass that is used up, holds as long as it lasts."""
    now = deps.clock.now()
    if not must_prove(account, deps.policy(account), now) or session.is_proven(now, within):
        return False
    return session.proof is None or bool(usable_methods(account, deps, now))


def needs_proof_for(method_type: MethodType, account: Account, session: Session, deps: HasRules) -> bool:
    """The same before a method is set up: for a passkey, the strongest of all, the proof is at most 5 minutes old."""
    return needs_proof(account, session, deps, TRAITS[method_type].added_within)


async def require_proof(principal: Principal, then: str, deps: CanProve) -> Principal:
    """Before the person goes on to `then`; the best method starts by itself where that disturbs nobody."""
    moved = await move_session(principal, lambda session: steps.ask_for_proof(session, then=then), deps)
    return await begin(moved, deps)


async def begin(principal: Principal, deps: CanProve) -> Principal:
    """Start with the best method, if it starts by itself and the session waits for a choice."""
    first = next(iter(await choices(principal, deps)), None)
    if first is None or principal.session.step != "prove.choose" or not TRAITS[first.type].starts_by_itself:
        return principal
    try:
        return await prove_by(principal, first.id, deps)
    except ProblemError as problem:
        if isinstance(problem, MethodCoolingDownError | SendLimitReachedError):
            return principal
        raise


def askable(principal: Principal, deps: HasRules) -> tuple[Method, ...]:
    """What the person can prove in this session, best first."""
    verifying, now = principal.session.verifying, deps.clock.now()
    if verifying is None:
        usable, restoring = usable_methods(principal.account, deps, now), principal.session.restoring
        return tuple(
            method for method in usable if restoring is None or may_vouch(method, restoring, principal.session)
        )
    return left_to_prove(principal.account, deps.policy(principal.account), verifying.purpose, verifying.proven, now)


async def choices(principal: Principal, deps: CanChoose) -> tuple[Method, ...]:
    return available_first(askable(principal, deps), await session_cooldowns(principal, deps))


async def session_cooldowns(principal: Principal, deps: CanChoose) -> Cooldowns:
    """Those of the person that hold up what this session is for."""
    return await cooldowns_of(principal.account, _purpose(principal), deps)


async def prove_by(
    principal: Principal,
    method_id: str,
    deps: CanProve,
    *,
    by_app: bool = False,
    by: Channel | None = None,
    again: bool = False,
) -> Principal:
    """Ask for the proof of one method; `by` another way than the usual one, if it has that; `by_app` asks an app for a
    code instead of an approval. So does a device that rests because nobody approved the last requests, if its app has
    codes.

    Raises:
        ProblemError: `unknownMethod`, `methodCoolingDown`, `sendLimitReached`, `sessionEnded`, `rateLimited`.
    """
    method = next((method for method in askable(principal, deps) if method.id == method_id), None)
    if method is None:
        raise UnknownMethodError
    cooldowns = await session_cooldowns(principal, deps)
    require_available(method, cooldowns, deps.clock.now())
    challenge = await _challenge(principal, method, deps, by_app=by_app, by=by)
    if again or not await is_asked_already(principal, challenge, deps):
        if cooldowns.leave_the_code(method):
            challenge = await _challenge(principal, method, deps, by_app=True)
        await admit_request(challenge, deps)
    moved = await ask(principal, challenge, "prove", deps, again=again)
    await end_earlier_requests(challenge, deps)
    if method.device_id:
        deps.signals.notify(method.device_id)
    return moved


def ways_besides(challenge: Challenge, method: Method, deps: CanShow) -> frozenset[Channel]:
    """How else the person can be reached by the method that they are asked for: not at all where the SIM card of its
    number was changed, or has to be vouched for and nobody does, which speaks against all of them."""
    if challenge.delivery.signal in {SIM_CHANGED, SIM_UNCHECKED}:
        return frozenset()
    return frozenset(STRATEGIES[method.type].ways(challenge, method, deps)) - {challenge.channel}


async def choose_another(principal: Principal, deps: CanChangeAccounts) -> Principal:
    """Back to the list of methods."""

    def move(session: Session) -> Session:
        return session.model_copy(update={"step": "prove.choose"}) if session.step == "prove" else session

    return await move_session(principal, move, deps)


async def _challenge(
    principal: Principal, method: Method, deps: CanProve, *, by_app: bool, by: Channel | None = None
) -> Challenge:
    identifier = pressed(principal, f"prove {method.id} {by_app} {by or ''}".rstrip())
    purpose = _purpose(principal)
    challenge = await for_method(method, principal.claimant, purpose, identifier, deps, by_app=by_app, by=by)
    return _for_platform(challenge, principal.session)


def _purpose(principal: Principal) -> Purpose:
    return principal.session.verifying.purpose if principal.session.verifying else "stepUp"


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
