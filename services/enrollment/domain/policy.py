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
DEFAULT_ORDER: tuple[MethodType, ...] = ("authenticatorApp", "phone", "softwareOath", "email")
"""The app is the default method if it is registered, else the phone."""


def missing_methods(policy: GroupPolicy, on_file: Collection[MethodType]) -> tuple[MethodType, ...]:
    """The types that must still be set up, most secure first; what is on file counts."""
    return tuple(kind for kind in MOST_SECURE_FIRST if kind in policy.required and kind not in on_file)


def is_allowed(policy: GroupPolicy, kind: MethodType) -> bool:
    """Whether a person under this policy may register this type."""
    return kind in policy.allowed or kind in policy.required
