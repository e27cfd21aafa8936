"""Phones and addresses in the shapes of Microsoft Graph v1.0, with its fixed ids.

Graph returns numbers and addresses in full; here they are masked, as everywhere.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi import Body as JsonBody
from pydantic import StringConstraints

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.handlers import administration as administer
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.api import examples
from services.enrollment.api.problems import answer, problems
from services.enrollment.api.shared import (
    Body,
    CallerNow,
    IdempotencyKey,
    Paged,
    PageNow,
    Text,
    UserPath,
    absent,
    answered,
    once,
    replied,
)
from services.enrollment.challenges.api.body import ChallengeBody, challenge_body
from services.enrollment.challenges.domain.challenge import PhoneType
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.components import Components
from services.enrollment.idempotency.handlers import Reply
from services.enrollment.methods.email.handlers import an_email, another_address
from services.enrollment.methods.phone.handlers import a_phone, another_number
from services.enrollment.registrations import handlers as registrations
from services.enrollment.registrations.api import typed_phone
from services.enrollment.registrations.beginning import Reading
from services.kit.errors import RequestMalformedError, UnknownMethodError

router = APIRouter(tags=["Graph"])

PHONES = "/v1.0/users/{user_id}/authentication/phoneMethods"
EMAILS = "/v1.0/users/{user_id}/authentication/emailMethods"

PHONE_IDS: dict[PhoneType, str] = {
    "mobile": "3179e48a-750b-4051-897c-87b9720928f7",
    "alternateMobile": "b6332ec1-7057-4abe-9331-3d72feddfe41",
    "office": "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}
EMAIL_ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"

PhonePath = Annotated[
    str,
    Path(max_length=64, examples=list(PHONE_IDS.values()), description="one of Graph's three"),
]
EmailPath = Annotated[str, Path(max_length=64, examples=[EMAIL_ID], description="Graph's only one")]
Number = Annotated[str, StringConstraints(min_length=1, max_length=60)]

PHONE_REFUSED = (
    "methodNotAllowedByPolicy",
    "methodAlreadyRegistered",
    "methodLimitReached",
    "phoneNumberInvalid",
    "phoneNumberNotAllowed",
)
EMAIL_REFUSED = (
    "methodNotAllowedByPolicy",
    "methodAlreadyRegistered",
    "methodLimitReached",
    "emailInvalid",
)


class PhoneMethodRequest(Body):
    """Graph's `phoneAuthenticationMethod`: `+44 7700900142`; an office phone may have an extension, `+44 2079460000
    x123`."""

    phone_number: Number
    phone_type: PhoneType


class PhoneMethodChange(Body):
    """Another number. The type is that of the address; named, it must be the same."""

    phone_number: Number
    phone_type: PhoneType | None = None


class PhoneMethod(Body):
    """Graph's `phoneAuthenticationMethod`; `phoneNumber` is masked. `challenge` is what proves a new number."""

    id: str
    phone_number: str
    phone_type: PhoneType
    sms_sign_in_state: Literal["notSupported"] = "notSupported"
    created_date_time: datetime | None = absent()
    challenge: ChallengeBody | None = absent()


class PhoneMethodList(Paged):
    """One of each type at most."""

    value: tuple[PhoneMethod, ...]


class EmailMethodRequest(Body):
    """Graph's `emailAuthenticationMethod`."""

    email_address: Text


class EmailMethod(Body):
    """Graph's `emailAuthenticationMethod`; `emailAddress` is masked. `challenge` is what proves a new address."""

    id: str = EMAIL_ID
    email_address: str
    created_date_time: datetime | None = absent()
    challenge: ChallengeBody | None = absent()


class EmailMethodList(Paged):
    """One at most."""

    value: tuple[EmailMethod, ...]


@router.get(PHONES, response_model=PhoneMethodList, responses=answer(200, examples.PHONES) | problems("unknownUser"))
async def get_phone_methods(request: Request, user_id: UserPath, by: CallerNow, page: PageNow) -> Response:
    """The person's phones; numbers are masked. Scope `methods.read`."""
    by.require("methods.read")
    components: Components = request.app.state.components
    account = await account_of(by.tenant, user_id, components.deps)
    part, following = page.of(sorted(account.of_type("phone"), key=_fixed_id), _fixed_id)
    return replied(PhoneMethodList(value=tuple(_phone(one) for one in part), next_link=following))


@router.get(
    PHONES + "/{phone_id}",
    response_model=PhoneMethod,
    responses=answer(200, examples.PHONE) | problems("unknownUser", "unknownMethod"),
)
async def get_phone_method(request: Request, user_id: UserPath, phone_id: PhonePath, by: CallerNow) -> Response:
    """One phone; its number is masked. Scope `methods.read`."""
    by.require("methods.read")
    components: Components = request.app.state.components
    account = await account_of(by.tenant, user_id, components.deps)
    return replied(_phone(_method(account, "phone", phone_id)))


@router.post(
    PHONES,
    status_code=201,
    response_model=PhoneMethod,
    responses=answer(201, examples.NEW_PHONE, "The number must be proven.")
    | problems(*PHONE_REFUSED, "idempotencyConflict"),
)
async def post_phone_method(
    request: Request,
    user_id: UserPath,
    body: Annotated[PhoneMethodRequest, JsonBody(openapi_examples=examples.NEW_PHONES)],
    by: CallerNow,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Register a phone: a text to a mobile, a call to the others. Scope `methods.write`.

    Other than in Graph the number must be proven: answer `challenge`, and it is on file.
    """
    by.require("methods.write")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        typed = typed_phone(body.phone_number, body.phone_type)
        reading = await registrations.register(a_phone(typed), by.tenant, user_id, components.deps)
        return Reply(_asked_phone(reading, body.phone_type, components), 201)

    return await once(request, idempotency_key, by, reply)


@router.patch(
    PHONES + "/{phone_id}",
    status_code=202,
    response_model=PhoneMethod,
    responses=answer(202, examples.NEW_PHONE, "The new number must be proven; until then the old one works.")
    | problems(*PHONE_REFUSED, "unknownUser", "unknownMethod"),
)
async def patch_phone_method(
    request: Request,
    user_id: UserPath,
    phone_id: PhonePath,
    body: Annotated[PhoneMethodChange, JsonBody(openapi_examples=examples.PHONE_CHANGES)],
    by: CallerNow,
) -> Response:
    """Give a phone another number. Scope `methods.write`."""
    by.require("methods.write")
    components: Components = request.app.state.components
    account = await account_of(by.tenant, user_id, components.deps)
    method = _method(account, "phone", phone_id)
    kind = method.phone_type or "mobile"
    if body.phone_type not in {None, kind}:
        raise RequestMalformedError("phoneType is not that of this phone.")
    typed = typed_phone(body.phone_number, kind)
    reading = await registrations.register_known(another_number(method.id, typed), by.tenant, user_id, components.deps)
    return replied(_asked_phone(reading, kind, components), 202)


@router.delete(
    PHONES + "/{phone_id}",
    status_code=204,
    responses=problems("unknownUser", "unknownMethod", "lastRequiredMethod"),
)
async def delete_phone_method(request: Request, user_id: UserPath, phone_id: PhonePath, by: CallerNow) -> Response:
    """Delete a phone. Scope `methods.write`."""
    return await _deleted(request, user_id, "phone", phone_id, by)


@router.get(EMAILS, response_model=EmailMethodList, responses=answer(200, examples.EMAILS) | problems("unknownUser"))
async def get_email_methods(request: Request, user_id: UserPath, by: CallerNow, page: PageNow) -> Response:
    """The person's address, masked. Scope `methods.read`."""
    by.require("methods.read")
    components: Components = request.app.state.components
    account = await account_of(by.tenant, user_id, components.deps)
    part, following = page.of(account.of_type("email"), _fixed_id)
    return replied(EmailMethodList(value=tuple(_email(one) for one in part), next_link=following))


@router.get(
    EMAILS + "/{email_id}",
    response_model=EmailMethod,
    responses=answer(200, examples.EMAIL) | problems("unknownUser", "unknownMethod"),
)
async def get_email_method(request: Request, user_id: UserPath, email_id: EmailPath, by: CallerNow) -> Response:
    """The person's address, masked. Scope `methods.read`."""
    by.require("methods.read")
    components: Components = request.app.state.components
    account = await account_of(by.tenant, user_id, components.deps)
    return replied(_email(_method(account, "email", email_id)))


@router.post(
    EMAILS,
    status_code=201,
    response_model=EmailMethod,
    responses=answer(201, examples.NEW_EMAIL, "The address must be proven.")
    | problems(*EMAIL_REFUSED, "idempotencyConflict"),
)
async def post_email_method(
    request: Request,
    user_id: UserPath,
    body: Annotated[EmailMethodRequest, JsonBody(openapi_examples=examples.NEW_EMAILS)],
    by: CallerNow,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Register an address; other than in Graph it must be proven: answer `challenge`. Scope `methods.write`."""
    by.require("methods.write")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        plan = an_email(body.email_address)
        return Reply(
            _asked_email(await registrations.register(plan, by.tenant, user_id, components.deps), components), 201
        )

    return await once(request, idempotency_key, by, reply)


@router.patch(
    EMAILS + "/{email_id}",
    status_code=202,
    response_model=EmailMethod,
    responses=answer(202, examples.NEW_EMAIL, "The new address must be proven; until then the old one works.")
    | problems(*EMAIL_REFUSED, "unknownUser", "unknownMethod"),
)
async def patch_email_method(
    request: Request,
    user_id: UserPath,
    email_id: EmailPath,
    body: Annotated[EmailMethodRequest, JsonBody(openapi_examples=examples.NEW_EMAILS)],
    by: CallerNow,
) -> Response:
    """Another address in the place of the one on file. Scope `methods.write`."""
    by.require("methods.write")
    components: Components = request.app.state.components
    account = await account_of(by.tenant, user_id, components.deps)
    method = _method(account, "email", email_id)
    reading = await registrations.register_known(
        another_address(method.id, body.email_address), by.tenant, user_id, components.deps
    )
    return replied(_asked_email(reading, components), 202)


@router.delete(
    EMAILS + "/{email_id}",
    status_code=204,
    responses=problems("unknownUser", "unknownMethod", "lastRequiredMethod"),
)
async def delete_email_method(request: Request, user_id: UserPath, email_id: EmailPath, by: CallerNow) -> Response:
    """Delete the address. Scope `methods.write`."""
    return await _deleted(request, user_id, "email", email_id, by)


async def _deleted(request: Request, user: str, kind: MethodType, fixed: str, by: CallerNow) -> Response:
    by.require("methods.write")
    components: Components = request.app.state.components
    account = await account_of(by.tenant, user, components.deps)
    await administer.remove(by.tenant, user, _method(account, kind, fixed).id, components.deps)
    return answered(204, "")


def _method(account: Account, kind: MethodType, fixed: str) -> Method:
    """The method that has one of Graph's ids."""
    method = next((one for one in account.of_type(kind) if _fixed_id(one) == fixed.lower()), None)
    if method is None:
        raise UnknownMethodError
    return method


def _fixed_id(method: Method) -> str:
    return EMAIL_ID if method.type == "email" else PHONE_IDS[method.phone_type or "mobile"]


def _phone(method: Method) -> PhoneMethod:
    return PhoneMethod(
        id=_fixed_id(method),
        phone_number=method.display_name,
        phone_type=method.phone_type or "mobile",
        created_date_time=method.created_at,
    )


def _email(method: Method) -> EmailMethod:
    return EmailMethod(email_address=method.display_name, created_date_time=method.created_at)


def _asked_phone(reading: Reading, kind: PhoneType, components: Components) -> PhoneMethod:
    return PhoneMethod(
        id=PHONE_IDS[kind],
        phone_number=_new_name(reading),
        phone_type=kind,
        created_date_time=_since(reading),
        challenge=_challenge(reading, components),
    )


def _asked_email(reading: Reading, components: Components) -> EmailMethod:
    return EmailMethod(
        email_address=_new_name(reading), created_date_time=_since(reading), challenge=_challenge(reading, components)
    )


def _challenge(reading: Reading, components: Components) -> ChallengeBody | None:
    return challenge_body(Verification((reading.asks,)), reading.account, components) if reading.asks else None


def _new_name(reading: Reading) -> str:
    """The mask of what is to be proven."""
    registration = reading.asks.registration if reading.asks else None
    return registration.display_name if registration else ""


def _since(reading: Reading) -> datetime | None:
    """Since when the method is on file, if it is."""
    method = reading.account.method(reading.registration.method_id)
    return method.created_at if method else None
