"""Phones in the shapes of Microsoft Graph v1.0. It returns numbers in full; here they are masked, as everywhere."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi import Body as JsonBody

from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers import administration
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.api.bodies import UserPath
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import MethodsReader, MethodsWriter
from services.enrollment.api.graph import REFUSED, challenge_of, mask_of, method_with, registered_at
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.paging import PageDep
from services.enrollment.api.responses import answer, problems
from services.enrollment.challenges.domain.challenge import PhoneType
from services.enrollment.components import Components, ComponentsDep, DependenciesDep
from services.enrollment.methods.phone import examples
from services.enrollment.methods.phone.api import typed_phone
from services.enrollment.methods.phone.handlers import a_phone, another_number
from services.enrollment.methods.phone.models import (
    IDS,
    PhoneMethod,
    PhoneMethodChange,
    PhoneMethodList,
    PhoneMethodRequest,
    fixed_id,
    type_of,
)
from services.enrollment.registrations.beginning import RegistrationSnapshot
from services.enrollment.registrations.handlers import register, register_known
from services.kit.errors import RequestMalformedError

router = APIRouter(tags=["Graph"], dependencies=[UNCACHED])

PHONES = "/v1.0/users/{user_id}/authentication/phoneMethods"
PHONE = PHONES + "/{phone_id}"
PhonePath = Annotated[str, Path(max_length=64, examples=list(IDS.values()), description="one of Graph's three")]

PHONE_REFUSED = (*REFUSED, "phoneNumberInvalid", "phoneNumberNotAllowed", "sendLimitReached")


@router.get(PHONES, responses=answer(200, examples.PHONES) | problems("unknownUser"))
async def get_phone_methods(
    user_id: UserPath, caller: MethodsReader, page: PageDep, deps: DependenciesDep
) -> PhoneMethodList:
    """The person's phones; numbers are masked. Scope `methods.read`."""
    account = await account_of(caller.tenant, user_id, deps)
    part, following = page.of(sorted(account.of_type("phone"), key=fixed_id), fixed_id)
    return PhoneMethodList(value=tuple(_on_file(method) for method in part), next_link=following)


@router.get(PHONE, responses=answer(200, examples.PHONE) | problems("unknownUser", "unknownMethod"))
async def get_phone_method(
    user_id: UserPath, phone_id: PhonePath, caller: MethodsReader, deps: DependenciesDep
) -> PhoneMethod:
    """One phone; its number is masked. Scope `methods.read`."""
    account = await account_of(caller.tenant, user_id, deps)
    return _on_file(method_with(phone_id, account.of_type("phone"), fixed_id))


@router.post(
    PHONES,
    status_code=201,
    responses=answer(201, examples.NEW_PHONE, "The number must be proven.")
    | problems(*PHONE_REFUSED, "idempotencyConflict"),
)
@idempotent
async def post_phone_method(
    user_id: UserPath,
    body: Annotated[PhoneMethodRequest, JsonBody(openapi_examples=examples.NEW_PHONES)],
    caller: MethodsWriter,
    components: ComponentsDep,
) -> PhoneMethod:
    """Register a phone: a text to a mobile, a call to the others. Scope `methods.write`.

    Other than in Graph the number must be proven: answer `challenge`, and it is on file.
    """
    typed = typed_phone(body.phone_number, body.phone_type)
    reading = await register(a_phone(typed), caller.tenant, user_id, components.deps)
    return _being_proven(reading, body.phone_type, components)


@router.patch(
    PHONE,
    status_code=202,
    responses=answer(202, examples.NEW_PHONE, "The new number must be proven; until then the old one works.")
    | problems(*PHONE_REFUSED, "unknownUser", "unknownMethod"),
)
async def patch_phone_method(
    user_id: UserPath,
    phone_id: PhonePath,
    body: Annotated[PhoneMethodChange, JsonBody(openapi_examples=examples.PHONE_CHANGES)],
    caller: MethodsWriter,
    components: ComponentsDep,
) -> PhoneMethod:
    """Give a phone another number. Scope `methods.write`."""
    deps = components.deps
    account = await account_of(caller.tenant, user_id, deps)
    method = method_with(phone_id, account.of_type("phone"), fixed_id)
    phone_type = type_of(method)
    if body.phone_type not in {None, phone_type}:
        raise RequestMalformedError("phoneType is not that of this phone.")
    plan = another_number(method.id, typed_phone(body.phone_number, phone_type))
    reading = await register_known(plan, caller.tenant, user_id, deps)
    return _being_proven(reading, phone_type, components)


@router.delete(
    PHONE,
    status_code=204,
    response_class=Response,
    responses=problems("unknownUser", "unknownMethod", "lastRequiredMethod"),
)
async def delete_phone_method(
    user_id: UserPath, phone_id: PhonePath, caller: MethodsWriter, deps: DependenciesDep
) -> None:
    """Delete a phone. Scope `methods.write`."""
    account = await account_of(caller.tenant, user_id, deps)
    method = method_with(phone_id, account.of_type("phone"), fixed_id)
    await administration.remove(caller.tenant, user_id, method.id, deps)


def _on_file(method: Method) -> PhoneMethod:
    return PhoneMethod(
        id=fixed_id(method),
        phone_number=method.display_name,
        phone_type=type_of(method),
        created_date_time=method.created_at,
    )


def _being_proven(reading: RegistrationSnapshot, phone_type: PhoneType, components: Components) -> PhoneMethod:
    return PhoneMethod(
        id=IDS[phone_type],
        phone_number=mask_of(reading),
        phone_type=phone_type,
        created_date_time=registered_at(reading),
        challenge=challenge_of(reading, components),
    )
