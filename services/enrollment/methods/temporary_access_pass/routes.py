"""Temporary Access Passes: what an administrator gives to somebody who has nothing else, in Graph's shape."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi import Body as JsonBody
from pydantic import Field, SecretStr

from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers import administration
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.api.bodies import Body, Paged, Shown, UserPath, absent
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import MethodsReader, MethodsWriter
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.paging import PageDep
from services.enrollment.api.responses import answer, problems
from services.enrollment.components import DependenciesDep
from services.enrollment.methods.temporary_access_pass import examples
from services.enrollment.methods.temporary_access_pass.handlers import (
    LONGEST_LIFE,
    SHORTEST_LIFE,
    USUAL_LIFE,
    access_pass,
)
from services.enrollment.registrations.beginning import changeable
from services.enrollment.registrations.handlers import register_known
from services.kit.errors import UnavailableError

router = APIRouter(tags=["methods"], dependencies=[UNCACHED])

PATH = "/v1.0/users/{user_id}/authentication/temporaryAccessPassMethods"
PassPath = Annotated[str, Path(max_length=64, examples=["0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f12"])]
MINUTE = timedelta(minutes=1)


class PassRequest(Body):
    """How long it is good, and whether only once, as it is unless the help desk says otherwise."""

    lifetime_in_minutes: int = Field(
        default=USUAL_LIFE // MINUTE, ge=SHORTEST_LIFE // MINUTE, le=LONGEST_LIFE // MINUTE
    )
    is_usable_once: bool = True


USUAL = PassRequest()


class PassBody(Body):
    """A pass. `temporaryAccessPass` is shown once, when it is made."""

    id: str
    temporary_access_pass: Shown | None = absent()
    lifetime_in_minutes: int
    is_usable_once: bool
    is_usable: bool
    created_date_time: datetime
    start_date_time: datetime


class PassList(Paged):
    """At most one: a new pass takes the place of the one before."""

    value: tuple[PassBody, ...]


@router.post(
    PATH,
    status_code=201,
    responses=answer(201, examples.PASS, "The pass, shown this once.") | problems("unknownUser", "idempotencyConflict"),
)
@idempotent
async def post_pass(
    user_id: UserPath,
    caller: MethodsWriter,
    deps: DependenciesDep,
    body: Annotated[PassRequest, JsonBody(openapi_examples=examples.PASSES)] = USUAL,
) -> PassBody:
    """Make a pass; an earlier one stops to work. Scope `methods.write`. The person must have an account."""
    lifetime = timedelta(minutes=body.lifetime_in_minutes)
    plan = access_pass(lifetime, is_usable_once=body.is_usable_once)
    reading = await register_known(plan, caller.tenant, user_id, deps)
    method = reading.account.method(reading.registration.method_id)
    if method is None:
        raise UnavailableError(headers={"Retry-After": "5"})
    return _body(method, deps.clock.now(), reading.codes[0])


@router.get(PATH, responses=answer(200, examples.PASS_LIST) | problems("unknownUser"))
async def get_passes(user_id: UserPath, caller: MethodsReader, page: PageDep, deps: DependenciesDep) -> PassList:
    """The person's pass, without what it says. Scope `methods.read`."""
    account = await account_of(caller.tenant, user_id, deps)
    part, following = page.of(account.of_type("temporaryAccessPass"), lambda method: method.id)
    now = deps.clock.now()
    return PassList(value=tuple(_body(method, now) for method in part), next_link=following)


@router.delete(
    PATH + "/{pass_id}",
    status_code=204,
    response_class=Response,
    responses=problems("unknownUser", "unknownMethod"),
)
async def delete_pass(user_id: UserPath, pass_id: PassPath, caller: MethodsWriter, deps: DependenciesDep) -> None:
    """Take a pass back. Scope `methods.write`."""
    account = await account_of(caller.tenant, user_id, deps)
    changeable(account, pass_id, "temporaryAccessPass")
    await administration.remove(caller.tenant, user_id, pass_id, deps)


def _body(method: Method, now: datetime, given: SecretStr | None = None) -> PassBody:
    """The lifetime to the minute: it was counted from a moment before."""
    lasts = (method.usable_until or method.created_at) - method.created_at
    return PassBody(
        id=method.id,
        temporary_access_pass=given,
        lifetime_in_minutes=round(lasts / MINUTE),
        is_usable_once=method.codes_left is not None,
        is_usable=method.is_usable(now),
        created_date_time=method.created_at,
        start_date_time=method.created_at,
    )
