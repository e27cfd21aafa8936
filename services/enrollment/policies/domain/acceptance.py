"""Which types are accepted for two-step verification and for password reset."""

from typing import Literal

from schemas.base import MethodType
from services.enrollment.methods.registry.domain import STRONG, TRAITS, WEAK
from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName, Use

UseName = Literal["two_step", "reset"]


def use_of(policy: GroupPolicy, use: UseName) -> Use:
    return (policy.two_step if use == "two_step" else policy.reset) or Use()


def accepted(use: UseName, profile: ProfileName) -> tuple[MethodType, ...]:
    """In the order of preference. Email and questions only recover, and only under `entra`."""
    return (*STRONG, *WEAK) if use == "reset" and profile == "entra" else STRONG


def proves(policy: GroupPolicy, method_type: MethodType) -> bool:
    return method_type in accepted("reset", policy.profile)


def counts(policy: GroupPolicy, use: UseName, method_type: MethodType) -> bool:
    """Whether a type counts for a use. A Temporary Access Pass does, whatever the policy: it is handed out."""
    asked = use_of(policy, use)
    listed = not asked.methods or TRAITS[method_type].is_handed_out or method_type in {*asked.methods, *asked.required}
    return listed and method_type in accepted(use, policy.profile)
