"""Addresses in the shapes of Microsoft Graph v1.0. It returns them in full; here they are masked, as everywhere."""

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
from services.enrollment.components import Components, ComponentsDep, DependenciesDep
from services.enrollment.methods.email import examples
from services.enrollment.methods.email.handlers import an_email, another_address
from services.enrollment.methods.email.models import ID, EmailMethod, EmailMethodList, EmailMethodRequest, fixed_id
from services.enrollment.registrations.beginning import RegistrationSnapshot
from services.enrollment.registrations.handlers import register, register_known

router = APIRouter(tags=["Graph"], dependencies=[UNCACHED])

EMAILS = "/v1.0/users/{user_id}/authentication/emailMethods"
EMAIL = EMAILS + "/{email_id}"
EmailPath = Annotated[str, Path(max_length=64, examples=[ID], description="Graph's only one")]

EMAIL_REFUSED = (*REFUSED, "emailInvalid", "sendLimitReached")


@router.get(EMAILS, responses=answer(200, examples.EMAILS) | problems("unknownUser"))
async def get_email_methods(
    user_id: UserPath, caller: MethodsReader, page: PageDep, deps: DependenciesDep
) -> EmailMethodList:
    """The person's address, masked. Scope `methods.read`."""
    account = await account_of(caller.tenant, user_id, deps)
    part, following = page.of(account.of_type("email"), fixed_id)
    return EmailMethodList(value=tuple(_on_file(method) for method in part), next_link=following)


@router.get(EMAIL, responses=answer(200, examples.EMAIL) | problems("unknownUser", "unknownMethod"))
async def get_email_method(
    user_id: UserPath, email_id: EmailPath, caller: MethodsReader, deps: DependenciesDep
) -> EmailMethod:
    """The person's address, masked. Scope `methods.read`."""
    account = await account_of(caller.tenant, user_id, deps)
    return _on_file(method_with(email_id, account.of_type("email"), fixed_id))


@router.post(
    EMAILS,
    status_code=201,
    responses=answer(201, examples.NEW_EMAIL, "The address must be proven.")
    | problems(*EMAIL_REFUSED, "idempotencyConflict"),
)
@idempotent
async def post_email_method(
    user_id: UserPath,
    body: Annotated[EmailMethodRequest, JsonBody(openapi_examples=examples.NEW_EMAILS)],
    caller: MethodsWriter,
    components: ComponentsDep,
) -> EmailMethod:
    """Register an address; other than in Graph it must be proven: answer `challenge`. Scope `methods.write`."""
    plan = an_email(body.email_address)
    return _being_proven(await register(plan, caller.tenant, user_id, components.deps), components)


@router.patch(
    EMAIL,
    status_code=202,
    responses=answer(202, examples.NEW_EMAIL, "The new address must be proven; until then the old one works.")
    | problems(*EMAIL_REFUSED, "unknownUser", "unknownMethod"),
)
async def patch_email_method(
    user_id: UserPath,
    email_id: EmailPath,
    body: Annotated[EmailMethodRequest, JsonBody(openapi_examples=examples.NEW_EMAILS)],
    caller: MethodsWriter,
    components: ComponentsDep,
) -> EmailMethod:
    """Another address in the place of the one on file. Scope `methods.write`."""
    deps = components.deps
    account = await account_of(caller.tenant, user_id, deps)
    method = method_with(email_id, account.of_type("email"), fixed_id)
    reading = await register_known(another_address(method.id, body.email_address), caller.tenant, user_id, deps)
    return _being_proven(reading, components)


@router.delete(
    EMAIL,
    status_code=204,
    response_class=Response,
    responses=problems("unknownUser", "unknownMethod", "lastRequiredMethod"),
)
async def delete_email_method(
    user_id: UserPath, email_id: EmailPath, caller: MethodsWriter, deps: DependenciesDep
) -> None:
    """Delete the address. Scope `methods.write`."""
    account = await account_of(caller.tenant, user_id, deps)
    method = method_with(email_id, account.of_type("email"), fixed_id)
    await administration.remove(caller.tenant, user_id, method.id, deps)


def _on_file(method: Method) -> EmailMethod:
    return EmailMethod(email_address=method.display_name, created_date_time=method.created_at)


def _being_proven(reading: RegistrationSnapshot, components: Components) -> EmailMethod:
    return EmailMethod(
        email_address=mask_of(reading),
        created_date_time=registered_at(reading),
        challenge=challenge_of(reading, components),
    )
