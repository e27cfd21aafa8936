"""Reports about an organisation's people, in the shape of Microsoft Graph v1.0."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from schemas.base import MethodType
from services.enrollment.api.bodies import Body, Paged
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import ReportsReader
from services.enrollment.api.paging import PageDep
from services.enrollment.api.responses import answer, problems
from services.enrollment.components import DependenciesDep
from services.enrollment.reports import examples
from services.enrollment.reports.domain.registrations import RegistrationDetails
from services.enrollment.reports.handlers.registrations import registration_details, wanted_by

router = APIRouter(tags=["reports"], dependencies=[UNCACHED])

Filter = Annotated[
    str,
    Query(
        alias="$filter",
        max_length=512,
        description="`isMfaRegistered`, `isMfaCapable`, `isSsprRegistered`, `isSsprCapable`, "
        "`isPasswordlessCapable` or `isComplete` `eq true` or `false`, `userPrincipalName eq '…'`; joined by `and`",
    ),
]


class UserRegistrationDetails(Body):
    """Graph's `userRegistrationDetails`. `isComplete` is ours: the person has all that policy requires.

    Capable is whoever registered something that policy still allows. `methodsRegistered` and `defaultMfaMethod` (or
    `none`) are the types of methods of this API. `userPrincipalName` is null until the platform has told it.
    """

    id: str
    user_principal_name: str | None
    is_mfa_registered: bool
    is_mfa_capable: bool
    is_sspr_registered: bool
    is_sspr_capable: bool
    is_passwordless_capable: bool
    is_complete: bool
    methods_registered: tuple[MethodType, ...]
    default_mfa_method: MethodType | Literal["none"]


class UserRegistrationDetailsList(Paged):
    """People by their ids. A part may be shorter than `$top` and not be the last: follow `@odata.nextLink`."""

    value: tuple[UserRegistrationDetails, ...]


@router.get(
    "/v1.0/reports/authenticationMethods/userRegistrationDetails", responses=answer(200, examples.REPORT) | problems()
)
async def get_user_registration_details(
    caller: ReportsReader, page: PageDep, deps: DependenciesDep, expression: Filter = ""
) -> UserRegistrationDetailsList:
    """What each person has registered and can use. Scope `reports.read`."""
    found, last = await registration_details(caller.tenant, wanted_by(expression), page.top, page.after, deps)
    kept = {"$filter": expression} if expression else {}
    following = None if last is None else page.link(last, **kept)
    return UserRegistrationDetailsList(value=tuple(_body(details) for details in found), next_link=following)


def _body(details: RegistrationDetails) -> UserRegistrationDetails:
    known = details.model_dump()
    return UserRegistrationDetails(**known | {"default_mfa_method": details.default_mfa_method or "none"})
