"""Registrations: a platform sets a method up for a person, on pages of its own."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi import Body as JsonBody
from pydantic import Field, SecretStr, StringConstraints

from schemas.base import MethodType
from services.enrollment.api import examples
from services.enrollment.api.problems import answer, problems
from services.enrollment.api.shared import (
    Body,
    CallerNow,
    IdempotencyKey,
    Shown,
    Text,
    UserPath,
    absent,
    once,
    replied,
)
from services.enrollment.challenges.api.body import ChallengeBody, challenge_body
from services.enrollment.challenges.api.routes import GivenAnswer
from services.enrollment.challenges.domain.challenge import PhoneType
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.components import Components
from services.enrollment.devices.domain import Activation
from services.enrollment.idempotency.handlers import Reply
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.authenticator_app.handlers import an_app
from services.enrollment.methods.email.handlers import an_email
from services.enrollment.methods.passkey.handlers import a_passkey
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.phone.handlers import TypedPhone, a_phone
from services.enrollment.methods.recovery_codes.handlers import recovery_codes
from services.enrollment.methods.security_questions.handlers import answers
from services.enrollment.methods.software_oath import handlers as software
from services.enrollment.methods.software_oath.handlers import another_app
from services.enrollment.registrations import handlers as registrations
from services.enrollment.registrations.beginning import Plan, Reading
from services.enrollment.registrations.domain import RegistrationState
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import PhoneNumberInvalidError

router = APIRouter(tags=["registrations"])

GROUP = 4
"""Characters of a recovery code that stand together."""


class PhoneRequest(Body):
    """A phone: `+44 7700900142`; an office phone may have an extension, `+44 2079460000 x123`. Without `delivery` a
    mobile gets texts, the others calls."""

    type: Literal["phone"]
    phone_number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    phone_type: PhoneType = "mobile"
    delivery: Literal["sms", "voice"] | None = None

    def plan(self) -> Plan:
        """What is wanted."""
        return a_phone(typed_phone(self.phone_number, self.phone_type, self.delivery))


class EmailRequest(Body):
    """An email address."""

    type: Literal["email"]
    email_address: Text

    def plan(self) -> Plan:
        """What is wanted."""
        return an_email(self.email_address)


class AppRequest(Body):
    """The authenticator app, by QR code. `displayName` is what the person calls it."""

    type: Literal["authenticatorApp"]
    display_name: Annotated[str, StringConstraints(max_length=64)] | None = None

    def plan(self) -> Plan:
        """What is wanted."""
        return an_app(self.display_name)


class SoftwareRequest(Body):
    """Any other authenticator app, by a secret (RFC 6238)."""

    type: Literal["softwareOath"]

    def plan(self) -> Plan:
        """What is wanted."""
        return another_app


class PasskeyRequest(Body):
    """A passkey (WebAuthn)."""

    type: Literal["passkey"]

    def plan(self) -> Plan:
        """What is wanted."""
        return a_passkey


class QuestionsRequest(Body):
    """Security questions with their answers."""

    type: Literal["securityQuestions"]
    answers: tuple[GivenAnswer, ...] = Field(max_length=20)

    def plan(self) -> Plan:
        """What is wanted."""
        return answers([(one.question_id, one.answer) for one in self.answers])


class CodesRequest(Body):
    """Ten recovery codes, in the place of earlier ones."""

    type: Literal["recoveryCodes"]

    def plan(self) -> Plan:
        """What is wanted."""
        return recovery_codes


RegistrationRequest = Annotated[
    PhoneRequest | EmailRequest | AppRequest | SoftwareRequest | PasskeyRequest | QuestionsRequest | CodesRequest,
    Field(discriminator="type"),
]


class RegistrationBody(Body):
    """A registration. `challenge` is what proves the method; null where nothing is to be proven, and for an
    authenticator app until its device has connected.

    What is needed to set the method up is there while the registration is pending; recovery codes only in the first
    answer.
    """

    id: str
    type: MethodType
    method_id: str
    state: RegistrationState
    challenge: ChallengeBody | None
    secret: Shown | None = absent()
    otpauth_uri: Shown | None = absent()
    activation_handle: str | None = absent()
    activation_code: Shown | None = absent()
    activation_url: str | None = absent()
    qr_content: Shown | None = absent()
    public_key_options: dict[str, Any] | None = absent()
    codes: tuple[Shown, ...] | None = absent()


REFUSED = (
    "methodNotAllowedByPolicy",
    "methodAlreadyRegistered",
    "methodLimitReached",
    "phoneNumberInvalid",
    "phoneNumberNotAllowed",
    "emailInvalid",
)
RegistrationPath = Annotated[str, Path(max_length=64, examples=["0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f11"])]


@router.post(
    "/v1.0/users/{user_id}/authentication/registrations",
    status_code=201,
    response_model=RegistrationBody,
    responses=answer(201, examples.REGISTRATION, "It has begun; or it is complete, where there is nothing to prove.")
    | problems(
        *REFUSED,
        "answerTooShort",
        "answerTooLong",
        "answersNotDistinct",
        "questionUnknown",
        "idempotencyConflict",
    ),
)
async def post_registration(
    request: Request,
    user_id: UserPath,
    body: Annotated[RegistrationRequest, JsonBody(openapi_examples=examples.REGISTRATIONS)],
    by: CallerNow,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Begin to register a method. Scope `methods.write`. The policy of the person's groups holds, as the last
    interrupt named them.

    A phone, an address, a passkey and a secret are proven by an answer to `challenge`; an authenticator app connects
    and approves. Security questions and recovery codes are active at once. A person without an account has one from
    now on.
    """
    by.require("methods.write")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        reading = await registrations.register(body.plan(), by.tenant, user_id, components.deps)
        return Reply(registration_body(reading, components), 201)

    return await once(request, idempotency_key, by, reply)


@router.get(
    "/v1.0/users/{user_id}/authentication/registrations/{registration_id}",
    response_model=RegistrationBody,
    responses=answer(200, examples.REGISTRATION) | problems("unknownUser", "unknownRegistration"),
)
async def get_registration(
    request: Request, user_id: UserPath, registration_id: RegistrationPath, by: CallerNow
) -> Response:
    """How far a registration is. Scope `methods.read`. Kept for a day."""
    by.require("methods.read")
    components: Components = request.app.state.components
    reading = await registrations.read_registration(by.tenant, user_id, registration_id, components.deps)
    return replied(registration_body(reading, components))


def registration_body(reading: Reading, components: Components) -> RegistrationBody:
    """What there is to say of it now."""
    registration = reading.registration
    asks = reading.asks
    return RegistrationBody(
        id=registration.id,
        type=registration.type,
        method_id=registration.method_id,
        state=reading.state,
        challenge=challenge_body(Verification((asks,)), reading.account, components) if asks else None,
        codes=tuple(_grouped(code) for code in reading.codes) or None,
        **(_needed(reading, components) if reading.state == "pending" else {}),
    )


def typed_phone(number: str, phone_type: PhoneType, delivery: Literal["sms", "voice"] | None = None) -> TypedPhone:
    """A number as Graph writes it: in the international form, `x` and an extension behind it.

    Raises:
        ProblemError: `phoneNumberInvalid` for an extension where there can be none.
    """
    plain, _, extension = number.partition("x")
    if extension and phone_type != "office":
        raise PhoneNumberInvalidError("Only an office phone has an extension.")
    way: Literal["sms", "voice"] = delivery or ("sms" if phone_type == "mobile" else "voice")
    return TypedPhone(None, plain.strip(), phone_type, way, extension.strip())


def _needed(reading: Reading, components: Components) -> dict[str, Any]:
    """What the person's device or browser needs to be set up."""
    deps, account = components.deps, reading.account
    draft, activation, asks = reading.registration.draft, reading.activation, reading.asks
    if draft:
        claimant = Claimant(account)
        uri = SecretStr(software.uri_of(draft, claimant, deps))
        return {"secret": software.secret_of(draft, claimant, deps), "otpauth_uri": uri}
    if activation:
        return _activation(activation, components)
    if asks and asks.terms.passkey:
        return {"public_key_options": json.loads(passkey_options(asks, account, deps))}
    return {}


def _activation(activation: Activation, components: Components) -> dict[str, Any]:
    settings = components.settings
    code = apps.code_of(
        activation, components.deps, public=settings.public_origin, authenticator=settings.authenticator_origin
    )
    return {
        "activation_handle": activation.handle,
        "activation_code": code.code,
        "activation_url": code.url,
        "qr_content": SecretStr(code.link),
    }


def _grouped(code: SecretStr) -> SecretStr:
    """As people read it: `XXXX-XXXX-XXXX-XXXX`."""
    plain = code.get_secret_value()
    return SecretStr("-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP)))
