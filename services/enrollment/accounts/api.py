"""The methods of a person: list, rename, change, delete, choose the default, bring back."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from fastapi import Body as JsonBody
from pydantic import StringConstraints, model_validator

from schemas.base import MethodType
from services.enrollment.accounts import examples
from services.enrollment.accounts.handlers import administration
from services.enrollment.accounts.handlers.administration import Listed
from services.enrollment.accounts.handlers.lookup import erase_account
from services.enrollment.api.bodies import Body, Identifier, Paged, PhoneNumber, UserPath
from services.enrollment.api.caching import UNCACHED, uncached
from services.enrollment.api.callers import MethodsReader, MethodsWriter
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.paging import PageDep
from services.enrollment.api.responses import answer, problems
from services.enrollment.components import ComponentsDep, DependenciesDep
from services.enrollment.methods.phone.api import changed_number
from services.enrollment.methods.registry.api import name_of
from services.enrollment.registrations.api import RegistrationBody, registration_body
from services.enrollment.registrations.examples import REGISTRATION
from services.enrollment.registrations.handlers import register_known

router = APIRouter(tags=["methods"], dependencies=[UNCACHED])

MethodPath = Annotated[str, Path(max_length=64, examples=["0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f12"])]


class MethodBody(Body):
    """A method. `displayName` is masked, or the person's own name for it. `pending`: a device that has connected and
    has not passed its first approval yet."""

    id: str
    type: MethodType
    display_name: str
    state: Literal["active", "pending", "suspended", "disabled"]
    is_default: bool
    created_date_time: datetime
    last_used_date_time: datetime | None


class MethodList(Paged):
    """Methods in the order in which they were registered."""

    value: tuple[MethodBody, ...]


class MethodChange(Body):
    """A name of the person's own (an empty one takes it away), another number for a phone, or both."""

    display_name: Annotated[str, StringConstraints(max_length=64)] | None = None
    phone_number: PhoneNumber | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "MethodChange":
        if self.display_name is None and self.phone_number is None:
            raise ValueError("nothing to change")
        return self


class DefaultMethod(Body):
    """The method to use first."""

    method_id: Identifier


@router.get(
    "/v1.0/users/{user_id}/authentication/methods",
    responses=answer(200, examples.METHODS) | problems("unknownUser"),
)
async def get_methods(user_id: UserPath, caller: MethodsReader, page: PageDep, deps: DependenciesDep) -> MethodList:
    """All methods on file, those that are suspended among them. Scope `methods.read`."""
    listed = await administration.methods_of(caller.tenant, user_id, deps)
    part, following = page.of(listed, lambda entry: entry.key)
    return MethodList(value=tuple(_body(entry) for entry in part), next_link=following)


@router.patch(
    "/v1.0/users/{user_id}/authentication/methods/{method_id}",
    response_model=MethodBody,
    responses=answer(200, examples.METHOD, "Renamed.")
    | answer(
        202,
        REGISTRATION,
        "The new number must be proven; until then the old one works.",
        model=RegistrationBody,
    )
    | problems(
        "unknownUser",
        "unknownMethod",
        "methodNotAllowedByPolicy",
        "methodAlreadyRegistered",
        "phoneNumberInvalid",
        "phoneNumberNotAllowed",
        "sendLimitReached",
    ),
)
async def patch_method(
    user_id: UserPath,
    method_id: MethodPath,
    body: Annotated[MethodChange, JsonBody(openapi_examples=examples.METHOD_CHANGES)],
    caller: MethodsWriter,
    components: ComponentsDep,
) -> MethodBody | Response:
    """Rename a method, or give a phone another number: a new binding under the same id. Scope `methods.write`."""
    deps, reading = components.deps, None
    if body.phone_number is not None:
        plan = changed_number(method_id, body.phone_number)
        reading = await register_known(plan, caller.tenant, user_id, deps)
    if body.display_name is not None:
        await administration.rename(caller.tenant, user_id, method_id, body.display_name, deps)
    if reading:
        return uncached(202, registration_body(reading, components).model_dump_json(by_alias=True))
    listed = await administration.methods_of(caller.tenant, user_id, deps)
    return next(_body(entry) for entry in listed if entry.method.id == method_id)


@router.delete(
    "/v1.0/users/{user_id}/authentication/methods/{method_id}",
    status_code=204,
    response_class=Response,
    responses=problems("unknownUser", "unknownMethod", "lastRequiredMethod"),
)
async def delete_method(user_id: UserPath, method_id: MethodPath, caller: MethodsWriter, deps: DependenciesDep) -> None:
    """Take a method off the account; for 7 days it can be brought back. Scope `methods.write`. Never the last one that
    the policy requires."""
    await administration.remove(caller.tenant, user_id, method_id, deps)


@router.put(
    "/v1.0/users/{user_id}/authentication/defaultMethod",
    status_code=204,
    response_class=Response,
    responses=problems("unknownUser", "unknownMethod", "methodNotAllowedByPolicy"),
)
async def put_default_method(
    user_id: UserPath,
    body: Annotated[DefaultMethod, JsonBody(openapi_examples=examples.DEFAULTS)],
    caller: MethodsWriter,
    deps: DependenciesDep,
) -> None:
    """Use a method first from now on, whatever is registered later. Scope `methods.write`."""
    await administration.choose_default(caller.tenant, user_id, body.method_id, deps)


@router.post(
    "/v1.0/users/{user_id}/authentication/methods/{method_id}/restore",
    status_code=204,
    responses=problems(
        "unknownUser", "unknownMethod", "methodAlreadyRegistered", "methodLimitReached", "idempotencyConflict"
    ),
)
@idempotent
async def post_restore(user_id: UserPath, method_id: MethodPath, caller: MethodsWriter, deps: DependenciesDep) -> None:
    """Bring back what was suspended ("This wasn't me"), or, within 7 days, removed or changed. Scope `methods.write`.

    Only for an administrator who has made sure who asks: it counts as the proof that the person would otherwise give.
    What was lost or stolen, replaced or disabled never comes back.
    """
    await administration.restore(caller.tenant, user_id, method_id, deps)


@router.delete(
    "/v1.0/users/{user_id}/authentication/sessions",
    status_code=204,
    response_class=Response,
    tags=["people"],
    responses=problems("unknownUser"),
)
async def delete_sessions(user_id: UserPath, caller: MethodsWriter, deps: DependenciesDep) -> None:
    """End all sessions of a person on our pages, in whatever browser: the wizard, "My security info", verifications.
    What was set up is kept. Scope `methods.write`.

    A challenge that a session asked for ends with it. Sessions of the platform are its own affair.
    """
    await administration.end_sessions(caller.tenant, user_id, deps)


@router.delete(
    "/v1.0/users/{user_id}",
    status_code=202,
    response_class=Response,
    tags=["people"],
    responses=problems("unknownUser"),
)
async def delete_user(user_id: UserPath, caller: MethodsWriter, deps: DependenciesDep) -> None:
    """Erase a person: all that is known is deleted, what others hold with the event `AccountErased`. Scope
    `methods.write`.

    Afterwards everything of the person is 404. A later interrupt or registration begins anew; `ce_sequence` goes on.
    """
    await erase_account(caller.tenant, user_id, deps)


def _body(listed: Listed) -> MethodBody:
    method = listed.method
    return MethodBody(
        id=method.id,
        type=method.type,
        display_name=name_of(method),
        state=listed.state,
        is_default=listed.is_default,
        created_date_time=method.created_at,
        last_used_date_time=method.last_used_at,
    )
