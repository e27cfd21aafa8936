"""All methods in the API: a line each, in the order of the documents."""

from collections.abc import Mapping
from typing import Annotated, Final, Union

from pydantic import Field, GetPydanticSchema

from schemas.base import MethodType
from schemas.verification import ProofKind
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.components import Components
from services.enrollment.methods.authenticator_app.api import API as AUTHENTICATOR_APP
from services.enrollment.methods.base.api import (
    ChallengeFields,
    MethodApi,
    RegistrationFields,
    RegistrationRequest,
    ShowChallenge,
)
from services.enrollment.methods.email.api import API as EMAIL
from services.enrollment.methods.hardware_oath.api.registration import API as HARDWARE_OATH
from services.enrollment.methods.passkey.api import API as PASSKEY
from services.enrollment.methods.phone.api import API as PHONE
from services.enrollment.methods.recovery_codes.api import API as RECOVERY_CODES
from services.enrollment.methods.security_questions.api import API as SECURITY_QUESTIONS
from services.enrollment.methods.software_oath.api import API as SOFTWARE_OATH
from services.enrollment.methods.temporary_access_pass.api import API as TEMPORARY_ACCESS_PASS
from services.enrollment.needs import CanShow
from services.enrollment.registrations.beginning import RegistrationSnapshot

METHODS: Final = (
    PHONE,
    EMAIL,
    AUTHENTICATOR_APP,
    SOFTWARE_OATH,
    HARDWARE_OATH,
    PASSKEY,
    SECURITY_QUESTIONS,
    RECOVERY_CODES,
    TEMPORARY_ACCESS_PASS,
)

BY_TYPE: Final[Mapping[MethodType, MethodApi]] = {method.type: method for method in METHODS}
BY_KIND: Final[Mapping[ProofKind, ShowChallenge]] = {
    kind: show for method in METHODS for kind, show in method.challenges.items()
}
REQUESTS: Final = Annotated[
    Union[tuple(method.request for method in METHODS if method.request)],  # noqa: UP007  # as many as there are
    Field(discriminator="type"),
]
AnyRegistrationRequest = Annotated[
    RegistrationRequest, GetPydanticSchema(lambda _, schema_of: schema_of.generate_schema(REQUESTS))
]
"""The request of whichever type the body names."""

EXAMPLES: Final = {name: body for method in METHODS for name, body in method.examples.items()}


def name_of_type(method_type: MethodType) -> str:
    return BY_TYPE[method_type].name


def name_of(method: Method) -> str:
    return method.name or method.display_name or name_of_type(method.type)


def registration_fields(reading: RegistrationSnapshot, components: Components) -> RegistrationFields:
    return BY_TYPE[reading.registration.type].registration(reading, components)


def challenge_fields(challenge: Challenge, account: Account, deps: CanShow) -> ChallengeFields:
    """What an open challenge tells beside what all of them do."""
    show = BY_KIND.get(challenge.terms.kind)
    return show(challenge, account, deps) if show else {}
