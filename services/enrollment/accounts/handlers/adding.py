"""Whether a method may be added to an account."""

from schemas.base import MethodType
from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Registration
from services.enrollment.needs import HasPolicies
from services.enrollment.policies.domain.policy import may_be_added
from services.kit.errors import MethodNotAllowedByPolicyError


def require_addable(account: Account, kind: MethodType, registration: Registration, deps: HasPolicies) -> None:
    """Raises `methodNotAllowedByPolicy`, `methodAlreadyRegistered` or `methodLimitReached`."""
    if not may_be_added(deps.policy(account), kind, account.active_types):
        raise MethodNotAllowedByPolicyError
    if problem := conflicts.conflict_of(account, kind, registration):
        raise problem
