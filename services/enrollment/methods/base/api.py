"""What a method must say to the API of platforms."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from pydantic import SecretStr

from schemas.base import MethodType
from schemas.verification import ProofKind
from services.enrollment.accounts.domain.account import Account
from services.enrollment.api.bodies import Body
from services.enrollment.challenges.api.models import QuestionBody
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.components import Components
from services.enrollment.needs import CanShow
from services.enrollment.registrations.beginning import ClaimingPlan, Plan, RegistrationSnapshot


class RegistrationRequest(Body, ABC):
    """The body by which a method of one type is registered: its field `type` tells it from the others."""

    @abstractmethod
    def plan(self) -> Plan | ClaimingPlan:
        """What is wanted.

        Raises:
            ProblemError: what of the body cannot be.
        """


class RegistrationFields(TypedDict, total=False):
    """What the person's device or browser needs to be set up, and what is handed out."""

    secret: SecretStr
    otpauth_uri: SecretStr
    activation_handle: str
    activation_code: SecretStr
    activation_url: str
    qr_content: SecretStr
    public_key_options: dict[str, Any]
    codes: tuple[SecretStr, ...]


class ChallengeFields(TypedDict, total=False):
    """What an open challenge tells beside what all of them do."""

    number_match: str
    questions: tuple[QuestionBody, ...]
    public_key_options: dict[str, Any]


RequestType = type[RegistrationRequest]
ShowRegistration = Callable[[RegistrationSnapshot, Components], RegistrationFields]
ShowChallenge = Callable[[Challenge, Account, CanShow], ChallengeFields]


def nothing_more(_: RegistrationSnapshot, __: Components) -> RegistrationFields:
    return {}


@dataclass(frozen=True, kw_only=True)
class MethodApi:
    """A type of method in the API. `name` is that of a method that has no name or number of its own.

    `request` registers one, and `examples` are such bodies by name; without, nobody registers it by the API.
    `registration` is what a registration hands out, `challenges` what an open challenge tells, by its kind of proof.
    """

    type: MethodType
    name: str = ""
    request: RequestType | None = None
    examples: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    registration: ShowRegistration = nothing_more
    challenges: Mapping[ProofKind, ShowChallenge] = field(default_factory=dict)
