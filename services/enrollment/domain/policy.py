"""What the organisation asks of a person, and what is still missing."""

from collections.abc import Collection

from schemas.base import MethodType
from services.kit.config import GroupPolicy

MOST_SECURE_FIRST: tuple[MethodType, ...] = (
    "passkey",
    "authenticatorApp",
    "softwareOath",
    "phone",
    "email",
    "securityQuestions",
    "recoveryCodes",
)
PROPOSED_FIRST: tuple[MethodType, ...] = (
    "authenticatorApp",
    "phone",
    "passkey",
    "softwareOath",
    "email",
    "securityQuestions",
    "recoveryCodes",
)
"""What is proposed where any methods will do: what most people can set up where they are. A passkey depends on the
browser, so that it is offered, not put first."""

DEFAULT_ORDER: tuple[MethodType, ...] = ("authenticatorApp", "phone", "softwareOath", "passkey", "email")
"""The app is the default method if it is registered, else the phone."""

STAND_INS: dict[MethodType, tuple[MethodType, ...]] = {"authenticatorApp": ("softwareOath",)}
"""A different authenticator app counts as the app that is required, where it is allowed."""


def missing_methods(policy: GroupPolicy, on_file: Collection[MethodType]) -> tuple[MethodType, ...]:
    """The types that must still be set up; what is on file counts. Those required come most secure first."""
    required = tuple(
        kind for kind in MOST_SECURE_FIRST if kind in policy.required and not is_covered(policy, kind, on_file)
    )
    counted = [kind for kind in on_file if kind in MOST_SECURE_FIRST]
    lacking = (policy.number or 0) - len(set(counted)) - len(required)
    others = [kind for kind in allowed_methods(policy) if kind not in {*on_file, *required}]
    return (*required, *others[: max(lacking, 0)])


def is_allowed(policy: GroupPolicy, kind: MethodType) -> bool:
    """Whether a person under this policy may register this type."""
    return kind in policy.allowed or kind in policy.required


def allowed_methods(policy: GroupPolicy) -> tuple[MethodType, ...]:
    """All that a person under this policy may register, as it is proposed."""
    return tuple(kind for kind in PROPOSED_FIRST if is_allowed(policy, kind))


def stand_ins(policy: GroupPolicy, kind: MethodType) -> tuple[MethodType, ...]:
    """What counts as the type that is required. What is required itself counts only for itself."""
    return tuple(one for one in STAND_INS.get(kind, ()) if one in policy.allowed and one not in policy.required)


def instead_of(
    policy: GroupPolicy, planned: MethodType, plan: Collection[MethodType], on_file: Collection[MethodType]
) -> tuple[MethodType, ...]:
    """What may be set up now instead of `planned`: what stands in for it, what must be set up anyhow, and, where only a
    number of methods is asked for, anything allowed."""
    free = allowed_methods(policy) if policy.number and planned not in policy.required else ()
    candidates = (*stand_ins(policy, planned), *plan, *free)
    return tuple(kind for kind in dict.fromkeys(candidates) if kind != planned and kind not in on_file)


def replanned(plan: tuple[MethodType, ...], planned: MethodType, chosen: MethodType) -> tuple[MethodType, ...]:
    """The plan after a person chose something else: what is in it is done first; else it takes the place of
    `planned`.
    """
    if chosen in plan:
        rest = [kind for kind in plan if kind != chosen]
        rest.insert(rest.index(planned) if planned in rest else 0, chosen)
        return tuple(rest)
    return tuple(chosen if kind == planned else kind for kind in plan)


def is_covered(policy: GroupPolicy, kind: MethodType, on_file: Collection[MethodType]) -> bool:
    """Whether a required type is on file, or what stands in for it."""
    return kind in on_file or any(one in on_file for one in stand_ins(policy, kind))
