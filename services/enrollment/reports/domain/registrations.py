"""What an organisation learns of its people's methods: what they registered, and what they can use of it."""

from datetime import datetime

from pydantic import Field

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.eligibility import proofs_required
from services.enrollment.methods.registry.domain import STRONG, TRAITS
from services.enrollment.policies.domain.acceptance import counts
from services.enrollment.policies.domain.policy import is_allowed, is_complete
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.kit.state import State


class RegistrationDetails(State):
    """One person. Capable is whoever registered something that policy still allows; registered alone is not capable.

    A Temporary Access Pass makes nobody registered or capable: it is handed out, and ends.
    """

    id: str
    user_principal_name: str | None = Field(default=None, description="as the platform last told it")
    is_mfa_registered: bool = Field(description="has a method for two-step verification")
    is_mfa_capable: bool = Field(description="has one that policy allows and that counts for it")
    is_sspr_registered: bool = Field(description="has a method to reset a password with")
    is_sspr_capable: bool = Field(description="has as many types as a reset asks for, allowed and counting for it")
    is_passwordless_capable: bool = Field(description="has a passkey, and policy allows it")
    is_complete: bool = Field(description="has all that policy requires: the wizard would not come")
    methods_registered: tuple[MethodType, ...] = Field(
        description="types that are active, in the order of registration"
    )
    default_mfa_method: MethodType | None = Field(default=None, description="what two-step verification begins with")


def details_of(account: Account, policy: GroupPolicy, now: datetime) -> RegistrationDetails:
    """What the report says of a person."""
    held = [method for method in account.methods if method.is_usable(now) and not TRAITS[method.type].is_handed_out]
    second = [method for method in held if method.type in STRONG]
    verifying = [method for method in held if counts(policy, "two_step", method.type)]
    resetting = [method for method in held if counts(policy, "reset", method.type) and is_allowed(policy, method.type)]
    default = account.method(account.default_method_id or "")
    return RegistrationDetails(
        id=account.user,
        user_principal_name=account.profile.user_principal_name or None,
        is_mfa_registered=bool(second),
        is_mfa_capable=_is_any_allowed(policy, verifying),
        is_sspr_registered=bool(held),
        is_sspr_capable=len({method.type for method in resetting}) >= proofs_required(policy, "passwordReset"),
        is_passwordless_capable=_is_any_allowed(
            policy, [method for method in held if TRAITS[method.type].strength == "phishingResistant"]
        ),
        is_complete=is_complete(policy, account.active_types),
        methods_registered=tuple(
            method_type for method_type in account.active_types if not TRAITS[method_type].is_handed_out
        ),
        default_mfa_method=default.type if default in second else None,
    )


class RegistrationSummary(State):
    """How many people there are, and of how many each is true."""

    people: int = 0
    mfa_registered: int = 0
    mfa_capable: int = 0
    sspr_capable: int = 0
    passwordless_capable: int = 0
    complete: int = 0

    def with_one(self, details: RegistrationDetails) -> "RegistrationSummary":
        """With one more person."""
        return RegistrationSummary(
            people=self.people + 1,
            mfa_registered=self.mfa_registered + details.is_mfa_registered,
            mfa_capable=self.mfa_capable + details.is_mfa_capable,
            sspr_capable=self.sspr_capable + details.is_sspr_capable,
            passwordless_capable=self.passwordless_capable + details.is_passwordless_capable,
            complete=self.complete + details.is_complete,
        )


def _is_any_allowed(policy: GroupPolicy, methods: list[Method]) -> bool:
    return any(is_allowed(policy, method.type) for method in methods)
