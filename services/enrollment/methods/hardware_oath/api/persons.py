"""A person's hardware tokens, in the shape of Microsoft Graph."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi import Body as JsonBody

from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers import administration
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.api.bodies import UserPath
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import MethodsReader, MethodsWriter
from services.enrollment.api.graph import challenge_of, mask_of
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.paging import PageDep
from services.enrollment.api.responses import answer, problems
from services.enrollment.components import ComponentsDep, DependenciesDep
from services.enrollment.methods.hardware_oath.api import examples
from services.enrollment.methods.hardware_oath.api.models import DeviceBody, MethodBody, MethodList, MethodRequest
from services.enrollment.methods.hardware_oath.handlers import stock
from services.enrollment.methods.hardware_oath.handlers.registering import a_token
from services.enrollment.needs import HasHardwareTokens
from services.enrollment.registrations.beginning import changeable
from services.enrollment.registrations.handlers import register

router = APIRouter(tags=["hardware tokens"], dependencies=[UNCACHED])

METHODS = "/v1.0/users/{user_id}/authentication/hardwareOathMethods"
METHOD = METHODS + "/{method_id}"
MethodPath = Annotated[str, Path(max_length=64, examples=[examples.METHOD_ID])]


@router.get(METHODS, responses=answer(200, examples.METHODS) | problems("unknownUser"))
async def get_hardware_methods(
    user_id: UserPath, caller: MethodsReader, page: PageDep, deps: DependenciesDep
) -> MethodList:
    """The person's hardware tokens. Scope `methods.read`."""
    account = await account_of(caller.tenant, user_id, deps)
    part, following = page.of(account.of_type("hardwareOath"), lambda method: method.id)
    value = tuple([await _on_file(method, caller.tenant, deps) for method in part])
    return MethodList(value=value, next_link=following)


@router.get(METHOD, responses=answer(200, examples.METHOD) | problems("unknownUser", "unknownMethod"))
async def get_hardware_method(
    user_id: UserPath, method_id: MethodPath, caller: MethodsReader, deps: DependenciesDep
) -> MethodBody:
    """One hardware token of the person. Scope `methods.read`."""
    account = await account_of(caller.tenant, user_id, deps)
    return await _on_file(changeable(account, method_id, "hardwareOath"), caller.tenant, deps)


@router.post(
    METHODS,
    status_code=201,
    responses=answer(201, examples.NEW_METHOD, "The token must be proven.")
    | problems(
        "unknownHardwareToken",
        "hardwareTokenInUse",
        "methodNotAllowedByPolicy",
        "methodLimitReached",
        "idempotencyConflict",
    ),
)
@idempotent
async def post_hardware_method(
    user_id: UserPath,
    body: Annotated[MethodRequest, JsonBody(openapi_examples=examples.NEW_METHODS)],
    caller: MethodsWriter,
    components: ComponentsDep,
) -> MethodBody:
    """Assign a token of the stock to a person, and begin to set it up: answer `challenge` with its code, or with two
    codes in a row where its clock or counter has gone astray. Scope `methods.write`."""
    deps = components.deps
    token = await stock.assign_token(caller.tenant, body.device.id, user_id, deps)
    reading = await register(a_token(token.serial_number), caller.tenant, user_id, deps)
    return MethodBody(
        id=reading.registration.method_id,
        display_name=mask_of(reading),
        device=DeviceBody.of(token),
        challenge=challenge_of(reading, components),
    )


@router.delete(
    METHOD,
    status_code=204,
    response_class=Response,
    responses=problems("unknownUser", "unknownMethod", "lastRequiredMethod"),
)
async def delete_hardware_method(
    user_id: UserPath, method_id: MethodPath, caller: MethodsWriter, deps: DependenciesDep
) -> None:
    """Take the person's hardware token away. Scope `methods.write`."""
    account = await account_of(caller.tenant, user_id, deps)
    method = changeable(account, method_id, "hardwareOath")
    await administration.remove(caller.tenant, user_id, method.id, deps)


async def _on_file(method: Method, tenant: str, deps: HasHardwareTokens) -> MethodBody:
    stored = await deps.hardware_tokens.of_method(tenant, method.id)
    return MethodBody(
        id=method.id,
        display_name=method.name or method.display_name,
        created_date_time=method.created_at,
        device=DeviceBody.of(stored.state) if stored else None,
    )
