"""The order of the steps. A step is named `{method type}[.{part}]`, or `prompt`, `confirm`, `choose`, `prove`,
`prove.choose`, `manage`, `operations` or `success`."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from schemas.base import MethodType
from schemas.enrollment import Decision, Intent
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.devices.domain import Activation
from services.enrollment.methods.registry.domain import SET_UP
from services.enrollment.sessions.domain.session import Draft, RecentProof, RequestedChange, Session, Verifying
from services.kit.counting import Count, one_more

Move = Callable[[Session], Session]
"""How an act changes a session."""

METHOD_STEPS: Final = tuple(step for traits in SET_UP for step in traits.steps)


def is_done(step: str) -> bool:
    return step.endswith(".verified")


FIRST_STEP: Final[Mapping[MethodType, str]] = {traits.type: traits.first_step for traits in SET_UP}
"""Where the set-up of each type begins."""

ONWARD: Final[Mapping[str, str]] = {step.name: step.onward for step in METHOD_STEPS if step.onward}
"""Steps that lead on by "Next" alone."""

WAITS_FROM: Final[Mapping[str, frozenset[str]]] = {
    **{step.name: step.asked_from for step in METHOD_STEPS if step.asked_from},
    "prove": frozenset({"prompt", "prove", "prove.choose", "manage"}),
}
"""From which steps a step that waits for a proof may be reached."""

PLANNED: frozenset[Decision] = frozenset({"register", "nudge"})
"""Decisions after which something is set up by a plan."""

EARLIER: Final[Mapping[str, tuple[str, ...]]] = {
    **{step.name: (*step.back_to, "prompt") for step in METHOD_STEPS if not is_done(step.name)},
    "prove": ("prove.choose", "prompt"),
    "prove.choose": ("prompt",),
}
"""Steps that may be looked at again from a step, by "Back"."""

HOME: Mapping[Intent, str] = {"manage": "manage", "administer": "operations"}
"""Where a session begins and ends that is not for setting up what is missing."""

SIDEWAYS = frozenset({"choose", *(traits.first_step for traits in SET_UP if traits.is_beside_others)})
"""Steps that can be looked at from wherever a method is being set up: other ways than the one proposed."""


def next_step(account: Account, session: Session) -> str:
    """The first step of what the plan still lacks; else Success, or back to the pages that the session is for."""
    if session.intent in HOME:
        return HOME[session.intent]
    done = {method.type for method in account.methods if method.state == "active" or method.id in session.registered}
    return next((FIRST_STEP[method_type] for method_type in session.plan if method_type not in done), "success")


def go_on(account: Account, session: Session) -> Session:
    """Move to the next thing to set up; at Success the enrolment is complete."""
    if session.step in ONWARD:
        return session.model_copy(update={"step": ONWARD[session.step]})
    return _to(session, next_step(account, session))


def follow(
    account: Account, session: Session, plan: tuple[MethodType, ...], allowed: Collection[MethodType]
) -> Session:
    """With a new plan, because the policy changed. What the person has begun goes on, unless it is not allowed any
    more."""
    if session.decision not in PLANNED or session.intent != "signIn" or session.outcome:
        return session
    planned = session.model_copy(update={"plan": plan})
    method_type = method_type_of(session.step)
    if method_type is None or is_done(session.step):
        return planned
    has_begun = session.step != FIRST_STEP[method_type] or session.requested is not None
    goes_on = method_type in allowed and (method_type in plan or has_begun)
    return planned if goes_on else _to(planned, next_step(account, planned))


def set_up(
    session: Session, method_type: MethodType, change: RequestedChange | None = None, plan: tuple[MethodType, ...] = ()
) -> Session:
    """Begin to set up a method of that type, instead of the one proposed or in "My security info"."""
    begun = _to(session, FIRST_STEP[method_type])
    return begun.model_copy(update={"requested_change": change, "plan": plan or session.plan})


def show_code(session: Session, activation: Activation, step: str) -> Session:
    """The QR code to scan is part of the session before it is shown: a refresh or a crash shows the same one."""
    return session.model_copy(update={"step": step, "activation": activation})


def show_draft(session: Session, draft: Draft, step: str) -> Session:
    return session.model_copy(update={"step": step, "draft": draft})


def count_request(session: Session, most: int, within: timedelta, *, at: datetime) -> Session:
    """Count that one more proof is asked for, in the write that asks: so it holds whoever else takes requests.

    Raises:
        ProblemError: `rateLimited`, with the wait, once there were so many.
    """
    counted = one_more(Count(session.requests, session.requests_since), most, within, at=at)
    return session.model_copy(update={"requests": counted.count, "requests_since": counted.since})


def wait_for_proof(session: Session, challenge: Challenge, step: str) -> Session:
    return session.model_copy(update={"step": step, "requested": challenge})


def ask_for_proof(session: Session, *, then: str, restoring: str | None = None) -> Session:
    asking = {"step": "prove.choose", "after_proof": then, "requested": None, "restoring": restoring}
    return session.model_copy(update=asking)


def leave_restoring(session: Session) -> Session:
    """Back to the list without the proof that a method would need to come back."""
    return _back_to(session, "manage", HOME["manage"])


def proven(account: Account, session: Session, proof: RecentProof) -> Session:
    return let_on(account, session).model_copy(update={"proof": proof})


def let_on(account: Account, session: Session) -> Session:
    """From the request for a proof to where the person wanted to go."""
    step = session.after_proof or next_step(account, session)
    outcome = "completed" if step == "success" else session.outcome
    return session.model_copy(update={"step": step, "after_proof": "", "requested": None, "outcome": outcome})


def proven_for_platform(session: Session, verifying: Verifying, method_type: MethodType, at: datetime) -> Session:
    """A platform's question was answered with one method: back to the platform, or on to the next method."""
    if method_type in verifying.proven:
        return session
    more = verifying.model_copy(update={"proven": (*verifying.proven, method_type)})
    proven = {"verifying": more, "requested": None}
    if more.is_complete:
        return session.model_copy(update=proven | {"step": "success", "outcome": "completed", "ended_at": at})
    return session.model_copy(update=proven | {"step": "prove.choose"})


def shown_step(session: Session, asked: str | None) -> str:
    """An earlier step, or one beside it, if asked for, else where the session is. Asking never skips one."""
    if asked in SIDEWAYS and method_type_of(session.step) and not is_done(session.step):
        return asked or session.step
    return asked if asked and asked in EARLIER.get(session.step, ()) else session.step


def ask_again(session: Session) -> Session:
    return _back_to(session, "signIn", "confirm")


def operate_again(session: Session) -> Session:
    return _back_to(session, "administer", HOME["administer"])


def method_type_of(step: str) -> MethodType | None:
    """The type of method that a step sets up, if it sets one up."""
    name = step.partition(".")[0]
    return next((method_type for method_type in FIRST_STEP if method_type == name), None)


def _back_to(session: Session, intent: Intent, step: str) -> Session:
    fresh = {"requested": None, "activation": None, "draft": None, "requested_change": None, "after_proof": ""}
    fresh |= {"restoring": None}
    return session.model_copy(update={"intent": intent, "step": step, **fresh})


def _to(session: Session, step: str) -> Session:
    """To a step that begins anew."""
    outcome = "completed" if step == "success" else session.outcome
    fresh = {"requested": None, "activation": None, "draft": None, "requested_change": None, "restoring": None}
    return session.model_copy(update={"step": step, "outcome": outcome, **fresh})
