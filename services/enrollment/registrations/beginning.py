"""How a registration by a platform begins, and how it is read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import SecretStr

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.devices.domain import Activation
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.needs import CanPlan
from services.enrollment.registrations.domain import ApiRegistration, RegistrationState
from services.enrollment.sessions.domain.session import Draft
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import MethodAlreadyRegisteredError, UnknownMethodError


@dataclass(frozen=True)
class Beginning:
    """A registration that nothing stands against. `event` is what there is to keep of a method with nothing to prove,
    `codes` what is handed out, for this one time."""

    type: MethodType
    method_id: str
    challenge: Challenge | None = None
    event: Submitted | None = None
    activation: Activation | None = None
    draft: Draft | None = None
    name: str | None = None
    codes: tuple[SecretStr, ...] = ()


@dataclass(frozen=True)
class RegistrationSnapshot:
    """A registration as it is now."""

    registration: ApiRegistration
    account: Account
    state: RegistrationState
    challenge: Challenge | None = None
    activation: Activation | None = None
    codes: tuple[SecretStr, ...] = ()

    @property
    def asks(self) -> Challenge | None:
        return self.challenge if TRAITS[self.registration.type].proves_by_registering else None


Plan = Callable[[Claimant, CanPlan], Beginning]
"""Checks what is wanted; raises why it cannot be."""

ClaimingPlan = Callable[[Claimant, CanPlan], Awaitable[Beginning]]
"""The same where something is kept for the person first."""


def changeable(account: Account, method_id: str, method_type: MethodType) -> Method:
    """The method of that type, if it is active. Raises `unknownMethod`."""
    method = account.method(method_id)
    if method is None or method.type != method_type or method.state != "active":
        raise UnknownMethodError
    return method


def proven_by(challenge: Challenge) -> Beginning:
    return Beginning(challenge.method_type, challenge.method_id, challenge)


def require_other(method: Method, digest: str | None) -> None:
    """Raises `methodAlreadyRegistered` for the number or address that the method has."""
    if method.destination_hash == digest:
        raise MethodAlreadyRegisteredError
