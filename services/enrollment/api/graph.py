"""What methods share that Microsoft Graph v1.0 knows under fixed ids, and that must be proven here."""

from collections.abc import Callable, Iterable
from datetime import datetime

from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.api.body import challenge_body
from services.enrollment.challenges.api.models import ChallengeBody
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.components import Components
from services.enrollment.registrations.beginning import RegistrationSnapshot
from services.kit.errors import UnknownMethodError

REFUSED = ("methodNotAllowedByPolicy", "methodAlreadyRegistered", "methodLimitReached")


def method_with(wanted: str, methods: Iterable[Method], fixed_id: Callable[[Method], str]) -> Method:
    """The method that has one of Graph's ids, in whatever case. Raises `unknownMethod`."""
    for method in methods:
        if fixed_id(method) == wanted.lower():
            return method
    raise UnknownMethodError


def challenge_of(reading: RegistrationSnapshot, components: Components) -> ChallengeBody | None:
    return challenge_body(Verification((reading.asks,)), reading.account, components) if reading.asks else None


def mask_of(reading: RegistrationSnapshot) -> str:
    """The new number or address, masked."""
    registration = reading.asks.registration if reading.asks else None
    return registration.display_name if registration else ""


def registered_at(reading: RegistrationSnapshot) -> datetime | None:
    """Since when the method is on file, if it is."""
    method = reading.account.method(reading.registration.method_id)
    return method.created_at if method else None
