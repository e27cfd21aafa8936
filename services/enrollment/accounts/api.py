"""The methods of a person: list, rename, change, delete, choose the default, bring back."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi import Body as JsonBody
from pydantic import StringConstraints, model_validator

from schemas.base import MethodType
from services.enrollment.accounts.handlers import administration as administer
from services.enrollment.accounts.handlers.administration import Listed
from services.enrollment.accounts.handlers.lookup import erase_account
from services.enrollment.api import examples
from services.enrollment.api.problems import answer, problems
from services.enrollment.api.shared import (
    Body,
    CallerNow,
    IdempotencyKey,
    Paged,
    PageNow,
    UserPath,
    answered,
    once,
    replied,
)
from services.enrollment.challenges.api.body import NAMES
from services.enrollment.components import Components
from services.enrollment.idempotency.handlers import Reply
from services.enrollment.methods.phone.handlers import another_number
from services.enrollment.registrations import handlers as registrations
from services.enrollment.registrations.api import RegistrationBody, registration_body, typed_phone

router = APIRouter(tags=["methods"])

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
    phone_number: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "MethodChange":
        if self.display_name is None and self.phone_number is None:
            raise ValueError("nothing to change")
        return self


class DefaultMethod(Body):
    """The method to use first."""

    method_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]


@router.get(
    "/v1.0/users/{user_id}/authentication/methods",
    response_model=MethodList,
    responses=answer(200, examples.METHODS) | problems("unknownUser"),
)
async def get_methods(request: Request, user_id: UserPath, by: CallerNow, page: PageNow) -> Response:
    """All methods on file, those that are suspended among them. Scope `methods.read`."""
    by.require("methods.read")
    components: Components = request.app.state.components
    listed = await administer.methods_of(by.tenant, user_id, components.deps)
    part, following = page.of(listed, lambda one: one.key)
    return replied(MethodList(value=tuple(_body(one) for one in part), next_link=following))


@router.patch(
    "/v1.0/users/{user_id}/authentication/methods/{method_id}",
    response_model=MethodBody,
    responses=answer(200, examples.METHOD, "Renamed.")
    | answer(
        202,
        examples.REGISTRATION,
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
    ),
)
async def patch_method(
    request: Request,
    user_id: UserPath,
    method_id: MethodPath,
    body: Annotated[MethodChange, JsonBody(openapi_examples=examples.METHOD_CHANGES)],
    by: CallerNow,
) -> Response:
    """Rename a method, or give a phone another number: a new binding under the same id. Scope `methods.write`."""
    by.require("methods.write")
    components: Components = request.app.state.components
    reading = None
    if body.phone_number is not None:
        typed = typed_phone(
            body.phone_number, await administer.phone_type_of(by.tenant, user_id, method_id, components.deps)
        )
        reading = await registrations.register_known(
            another_number(method_id, typed), by.tenant, user_id, components.deps
        )
    if body.display_name is not None:
        await administer.rename(by.tenant, user_id, method_id, body.display_name, components.deps)
    if reading:
        return replied(registration_body(reading, components), 202)
    listed = await administer.methods_of(by.tenant, user_id, components.deps)
    return replied(next(_body(one) for one in listed if one.method.id == method_id))


@router.delete(
    "/v1.0/users/{user_id}/authentication/methods/{method_id}",
    status_code=204,
    responses=problems("unknownUser", "unknownMethod", "lastRequiredMethod"),
)
async def delete_method(request: Request, user_id: UserPath, method_id: MethodPath, by: CallerNow) -> Response:
    """Take a method off the account; for 7 days it can be brought back. Scope `methods.write`. Never the last one that
    the policy requires."""
    by.require("methods.write")
    components: Components = request.app.state.components
    await administer.remove(by.tenant, user_id, method_id, components.deps)
    return answered(204, "")


@router.put(
    "/v1.0/users/{user_id}/authentication/defaultMethod",
    status_code=204,
    responses=problems("unknownUser", "unknownMethod", "methodNotAllowedByPolicy"),
)
async def put_default_method(
    request: Request,
    user_id: UserPath,
    body: Annotated[DefaultMethod, JsonBody(openapi_examples=examples.DEFAULTS)],
    by: CallerNow,
) -> Response:
    """Use a method first from now on, whatever is registered later. Scope `methods.write`."""
    by.require("methods.write")
    components: Components = request.app.state.components
    await administer.choose_default(by.tenant, user_id, body.method_id, components.deps)
    return answered(204, "")


@router.post(
    "/v1.0/users/{user_id}/authentication/methods/{method_id}/restore",
    status_code=204,
    responses=problems(
        "unknownUser", "unknownMethod", "methodAlreadyRegistered", "methodLimitReached", "idempotencyConflict"
    ),
)
async def post_restore(
    request: Request, user_id: UserPath, method_id: MethodPath, by: CallerNow, idempotency_key: IdempotencyKey = None
) -> Response:
    """Bring back what was suspended ("This wasn't me"), or, within 7 days, removed or changed. Scope `methods.write`.

    Only for an administrator who has made sure who asks: it counts as the proof that the person would otherwise give.
    What was lost or stolen, replaced or disabled never comes back.
    """
    by.require("methods.write")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        await administer.restore(by.tenant, user_id, method_id, components.deps)
        return Reply(None, 204)

    return await once(request, idempotency_key, by, reply)


@router.delete(
    "/v1.0/users/{user_id}",
    status_code=202,
    response_class=Response,
    tags=["people"],
    responses=problems("unknownUser"),
)
async def delete_user(request: Request, user_id: UserPath, by: CallerNow) -> Response:
    """Erase a person: all that is known is deleted, what others hold with the event `AccountErased`. Scope
    `methods.write`.

    Afterwards everything of the person is 404. A later interrupt or registration begins anew; `ce_sequence` goes on.
    """
    by.require("methods.write")
    components: Components = request.app.state.components
    await erase_account(by.tenant, user_id, components.deps)
    return answered(202, "")


def _body(listed: Listed) -> MethodBody:
    method = listed.method
    return MethodBody(
        id=method.id,
        type=method.type,
        display_name=method.name or method.display_name or NAMES.get(method.type, ""),
        state=listed.state,
        is_default=listed.is_default,
        created_date_time=method.created_at,
        last_used_date_time=method.last_used_at,
    )
