"""Who may see the pages for administrators: nobody with a password alone, whatever is on file."""

from datetime import datetime
from typing import Literal

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.eligibility import is_locked_out, methods_to_prove
from services.enrollment.methods.base.domain import PROVEN_FOR
from services.enrollment.methods.registry.domain import WEAK
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import Session

Admission = Literal["open", "prove", "setUp"]
"""Whether the pages are open now, after a proof, or once the person has set up a method that can prove them."""


def admission(account: Account, session: Session, policy: GroupPolicy, now: datetime) -> Admission:
    """What the person has to do first. What only recovers an account opens nothing here. What policy misses beside it,
    sign-in asks for: an administrator whose organisation has just asked for more still sees what that leads to."""
    proof = session.proof
    if proof and session.is_proven(now, PROVEN_FOR) and proof.method_type not in WEAK:
        return "open"
    strong = [method for method in methods_to_prove(account, policy, now) if method.type not in WEAK]
    return "prove" if strong or is_locked_out(account, policy, now) else "setUp"


def placed(account: Account, session: Session, policy: GroupPolicy, now: datetime) -> Session:
    """Where such a session begins."""
    home = steps.HOME["administer"]
    if admission(account, session, policy, now) == "prove":
        return steps.ask_for_proof(session, then=home)
    return session.model_copy(update={"step": home})
