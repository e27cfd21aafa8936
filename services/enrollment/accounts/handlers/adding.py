"""Whether a method may be added to an account."""

from schemas.base import MethodType
from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Registration
from services.enrollment.needs import HasPolicies
from services.enrollment.policies.domain.policy import is_allowed, may_be_added
from services.kit.errors import MethodNotAllowedByPolicyError

BLANK = Registration(display_name="")
"""Of a method of which nothing is known yet but its type."""


def require_registrable(
    account: Account,
    method_type: MethodType,
    deps: HasPolicies,
    registration: Registration = BLANK,
    *,
    replaces: str | None = None,
) -> None:
    """Whether policy allows it, beside what is on file; the method that it changes or `replaces` does not stand in its
    way. Raises `methodNotAllowedByPolicy`, `methodAlreadyRegistered`, `methodLimitReached`."""
    if not is_allowed(deps.policy(account), method_type):
        raise MethodNotAllowedByPolicyError
    but = [method_id for method_id in (replaces, registration.changes) if method_id]
    if problem := conflicts.conflict_of(account, method_type, registration, but=but):
        raise problem


def require_addable(account: Account, method_type: MethodType, registration: Registration, deps: HasPolicies) -> None:
    """The same for what may only come beside something that the profile takes as a proof."""
    if not may_be_added(deps.policy(account), method_type, account.active_types):
        raise MethodNotAllowedByPolicyError
    require_registrable(account, method_type, deps, registration)
