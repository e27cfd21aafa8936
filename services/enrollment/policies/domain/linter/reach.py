"""What can be set up, and whether that reaches what the group asks for."""

from collections.abc import Collection, Iterator

from schemas.base import MethodType
from services.enrollment.challenges.domain.eligibility import MOST_PROOFS
from services.enrollment.methods.registry.domain import MOST_SECURE_FIRST
from services.enrollment.policies.domain.acceptance import UseName, accepted, counts, use_of
from services.enrollment.policies.domain.linter.finding import Finding, listed
from services.enrollment.policies.domain.policy import is_allowed, is_covered, lacking, required_types
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain.steps import FIRST_STEP

FIELDS: dict[UseName, tuple[str, str]] = {
    "two_step": ("twoStep", "two-step verification"),
    "reset": ("reset", "password reset"),
}
"""How a use is called in a policy, and in a sentence."""


def offered_methods(policy: GroupPolicy) -> tuple[MethodType, ...]:
    """What people of the group can set up themselves, most secure first: allowed or required."""
    return tuple(
        method_type
        for method_type in MOST_SECURE_FIRST
        if is_allowed(policy, method_type) and method_type in FIRST_STEP
    )


def can_be_complete_with(policy: GroupPolicy, types: Collection[MethodType]) -> bool:
    """Whether somebody who sets up no other types than these can have all that the group asks for."""
    return lacking(policy, set(types) & {*offered_methods(policy)}) == 0


def counted_methods(policy: GroupPolicy, use: UseName) -> tuple[MethodType, ...]:
    return tuple(method_type for method_type in offered_methods(policy) if counts(policy, use, method_type))


def required_not_settable(policy: GroupPolicy) -> Iterator[Finding]:
    for method_type in sorted(required_types(policy)):
        if method_type not in FIRST_STEP:
            yield Finding(
                code="requiredNotSettable",
                severity="error",
                text=f"{method_type} is required, but is handed out: nobody can set it up. Take it off `required`.",
            )


def number_of_methods(policy: GroupPolicy) -> Iterator[Finding]:
    offered, number = offered_methods(policy), policy.number or 0
    if number > len(offered):
        yield Finding(
            code="numberUnreachable",
            severity="error",
            text=f"{number} types are asked for and only {len(offered)} can be set up. Allow more, or ask for fewer.",
        )
    elif number and number <= len(set(policy.required) & FIRST_STEP.keys()):
        yield Finding(
            code="numberWithoutEffect",
            severity="warning",
            text=f"The number {number} has no effect: the types that are required reach it already.",
        )


def unreachable_use(policy: GroupPolicy, use: UseName) -> Iterator[Finding]:
    asked, counted = use_of(policy, use), counted_methods(policy, use)
    name, purpose = FIELDS[use]
    short = [method_type for method_type in asked.required if not is_covered(policy, method_type, counted)]
    said = f"{listed(short)} can never count for it" if short else ""
    if (asked.number or 0) > len(counted):
        said = f"{asked.number} types are asked for and only {len(counted)} can be set up that count"
    if said:
        yield Finding(
            code=f"{name}Unreachable",
            severity="error",
            text=f"Nobody can have what {purpose} asks for: {said}. Allow more for {name}, or ask for less.",
        )


def listed_in_vain(policy: GroupPolicy, use: UseName) -> Iterator[Finding]:
    name, purpose = FIELDS[use]
    for method_type in use_of(policy, use).methods:
        if method_type not in accepted(use, policy.profile):
            yield Finding(
                code="neverCounts",
                severity="warning",
                text=f"{method_type} is listed for {purpose}, and never counts for it under {policy.profile}.",
            )
        elif method_type in FIRST_STEP and not is_allowed(policy, method_type):
            yield Finding(
                code="countsButNotAllowed",
                severity="warning",
                text=f"{method_type} counts for {purpose}, but nobody may set it up. "
                f"Allow it, or take it off {name}.methods.",
            )


def reset_number(policy: GroupPolicy) -> Iterator[Finding]:
    number = use_of(policy, "reset").number or 0
    if number > MOST_PROOFS:
        yield Finding(
            code="resetNumberTooHigh",
            severity="error",
            text=f"Password reset asks for {number} methods, and for {MOST_PROOFS} at most it can. Ask for fewer, and "
            "let `number` of the group say how many there must be in all.",
        )
