"""The order of the wizard's steps. A step is named `{method type}[.{part}]`, or `prompt` or `success`."""

from collections.abc import Callable

from schemas.base import MethodType
from services.enrollment.domain.account import Account, Session
from services.enrollment.domain.activation import Activation
from services.enrollment.domain.challenge import Challenge

Move = Callable[[Session], Session]
"""How an act changes a session."""

FIRST_STEP: dict[MethodType, str] = {"authenticatorApp": "authenticatorApp", "phone": "phone"}
"""Where the set-up of each type begins."""

NEXT: dict[str, str] = {
    "authenticatorApp": "authenticatorApp.setup",
    "authenticatorApp.setup": "authenticatorApp.scan",
}
"""Steps that lead on by "Next" alone."""

WAITS_FROM: dict[str, frozenset[str]] = {
    "authenticatorApp.test": frozenset({"authenticatorApp.scan", "authenticatorApp.test", "authenticatorApp.code"}),
    "authenticatorApp.code": frozenset({"authenticatorApp.test", "authenticatorApp.code"}),
    "phone.code": frozenset({"phone", "phone.code"}),
}
"""From which steps a step that waits for a proof may be reached."""

EARLIER: dict[str, tuple[str, ...]] = {
    "authenticatorApp": ("prompt",),
    "authenticatorApp.setup": ("authenticatorApp", "prompt"),
    "authenticatorApp.scan": ("authenticatorApp.setup", "authenticatorApp", "prompt"),
    "authenticatorApp.test": ("authenticatorApp.scan", "authenticatorApp.setup", "authenticatorApp", "prompt"),
    "authenticatorApp.code": ("authenticatorApp.scan", "authenticatorApp.setup", "authenticatorApp", "prompt"),
    "phone": ("prompt",),
    "phone.code": ("phone", "prompt"),
}
"""Steps that may be looked at again from a step, by "Back"."""


def next_step(account: Account, session: Session) -> str:
    """The first step of what the plan still lacks, else Success."""
    on_file = account.active_types
    return next((FIRST_STEP[kind] for kind in session.plan if kind not in on_file), "success")


def go_on(account: Account, session: Session) -> Session:
    """Move to the next thing to set up; at Success the enrolment is complete."""
    if session.step in NEXT:
        return session.model_copy(update={"step": NEXT[session.step]})
    step = next_step(account, session)
    outcome = "completed" if step == "success" else session.outcome
    return session.model_copy(update={"step": step, "outcome": outcome, "requested": None, "activation": None})


def show_code(session: Session, activation: Activation) -> Session:
    """The QR code to scan is part of the session before it is shown: a refresh or a crash shows the same one."""
    return session.model_copy(update={"step": "authenticatorApp.scan", "activation": activation})


def wait_for_proof(session: Session, challenge: Challenge, step: str) -> Session:
    """A method was asked for: its challenge is part of the session before anything is sent."""
    return session.model_copy(update={"step": step, "requested": challenge})


def shown_step(session: Session, asked: str | None) -> str:
    """The step to show: an earlier one if asked for, else where the session is. Asking never skips one."""
    return asked if asked and asked in EARLIER.get(session.step, ()) else session.step


def method_of(step: str) -> str:
    """The method type that a step is about."""
    return step.partition(".")[0]
