"""Addresses as Microsoft Graph has them, with its fixed id."""

from datetime import datetime

from services.enrollment.accounts.domain.account import Method
from services.enrollment.api.bodies import Body, Paged, Text, absent
from services.enrollment.challenges.api.models import ChallengeBody

ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"


class EmailMethodRequest(Body):
    """Graph's `emailAuthenticationMethod`."""

    email_address: Text


class EmailMethod(Body):
    """Graph's `emailAuthenticationMethod`; `emailAddress` is masked. `challenge` is what proves a new address."""

    id: str = ID
    email_address: str
    created_date_time: datetime | None = absent()
    challenge: ChallengeBody | None = absent()


class EmailMethodList(Paged):
    """One at most."""

    value: tuple[EmailMethod, ...]


def fixed_id(_: Method) -> str:
    return ID
