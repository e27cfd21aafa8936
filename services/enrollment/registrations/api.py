"""Registrations: a platform sets a method up for a person, on pages of its own."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi import Body as JsonBody

from schemas.base import MethodType
from services.enrollment.api.bodies import Body, Shown, UserPath, absent
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import MethodsWriter, RegistrationReader
from services.enrollment.api.examples import named
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.responses import answer, problems
from services.enrollment.challenges.api.body import challenge_body
from services.enrollment.challenges.api.models import ChallengeBody
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.components import Components, ComponentsDep
from services.enrollment.methods.base.api import RegistrationFields
from services.enrollment.methods.registry.api import EXAMPLES, AnyRegistrationRequest, registration_fields
from services.enrollment.registrations import examples
from services.enrollment.registrations.beginning import RegistrationSnapshot
from services.enrollment.registrations.domain import RegistrationState
from services.enrollment.registrations.handlers import read_registration, register

router = APIRouter(tags=["registrations"], dependencies=[UNCACHED])

RegistrationPath = Annotated[str, Path(max_length=64, examples=["0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f11"])]


class RegistrationBody(Body):
    """A registration. `challenge` is what proves the method; null where nothing is to be proven, and for an
    authenticator app until its device has connected.

    What is needed to set the method up is there while the registration is pending, for tokens with `methods.write`;
    recovery codes only in the first answer.
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


@router.post(
    "/v1.0/users/{user_id}/authentication/registrations",
    status_code=201,
    responses=answer(201, examples.REGISTRATION, "It has begun; or it is complete, where there is nothing to prove.")
    | problems(
        "methodNotAllowedByPolicy",
        "methodAlreadyRegistered",
        "methodLimitReached",
        "phoneNumberInvalid",
        "phoneNumberNotAllowed",
        "emailInvalid",
        "answerTooShort",
        "answerTooLong",
        "answersNotDistinct",
        "questionUnknown",
        "unknownHardwareToken",
        "sendLimitReached",
        "idempotencyConflict",
    ),
)
@idempotent
async def post_registration(
    user_id: UserPath,
    body: Annotated[AnyRegistrationRequest, JsonBody(openapi_examples=named(**EXAMPLES))],
    caller: MethodsWriter,
    components: ComponentsDep,
) -> RegistrationBody:
    """Begin to register a method. Scope `methods.write`. The policy of the person's groups holds, as the last
    interrupt named them.

    A phone, an address, a passkey and a secret are proven by an answer to `challenge`; an authenticator app connects
    and approves. Security questions and recovery codes are active at once. A person without an account has one from
    now on.
    """
    return registration_body(await register(body.plan(), caller.tenant, user_id, components.deps), components)


@router.get(
    "/v1.0/users/{user_id}/authentication/registrations/{registration_id}",
    responses=answer(200, examples.REGISTRATION) | problems("unknownUser", "unknownRegistration"),
)
async def get_registration(
    user_id: UserPath, registration_id: RegistrationPath, caller: RegistrationReader, components: ComponentsDep
) -> RegistrationBody:
    """How far a registration is, scope `methods.read`; and while it is pending what the method is set up with, scope
    `methods.write`: a secret, or the code of an app, is as good as the method. Kept for a day."""
    reading = await read_registration(caller.tenant, user_id, registration_id, components.deps)
    described = registration_body if caller.may("methods.write") else progress_body
    return described(reading, components)


def registration_body(reading: RegistrationSnapshot, components: Components) -> RegistrationBody:
    """A registration as the platform sees it that sets the method up."""
    return _described(reading, components, registration_fields(reading, components))


def progress_body(reading: RegistrationSnapshot, components: Components) -> RegistrationBody:
    """A registration as those see it who may only read."""
    return _described(reading, components, {})


def _described(reading: RegistrationSnapshot, components: Components, fields: RegistrationFields) -> RegistrationBody:
    registration, asks = reading.registration, reading.asks
    return RegistrationBody(
        id=registration.id,
        type=registration.type,
        method_id=registration.method_id,
        state=reading.state,
        challenge=challenge_body(Verification((asks,)), reading.account, components) if asks else None,
        **fields,
    )
