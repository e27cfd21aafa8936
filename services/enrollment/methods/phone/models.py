"""Phones as Microsoft Graph has them, with its fixed ids."""

from datetime import datetime
from typing import Literal

from services.enrollment.accounts.domain.account import Method
from services.enrollment.api.bodies import Body, Paged, PhoneNumber, absent
from services.enrollment.challenges.api.models import ChallengeBody
from services.enrollment.challenges.domain.challenge import PhoneType

IDS: dict[PhoneType, str] = {
    "mobile": "3179e48a-750b-4051-897c-87b9720928f7",
    "alternateMobile": "b6332ec1-7057-4abe-9331-3d72feddfe41",
    "office": "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}


class PhoneMethodRequest(Body):
    """Graph's `phoneAuthenticationMethod`: `+44 7700900142`; an office phone may have an extension, `+44 2079460000
    x123`."""

    phone_number: PhoneNumber
    phone_type: PhoneType


class PhoneMethodChange(Body):
    """Another number. The type is that of the address; named, it must be the same."""

    phone_number: PhoneNumber
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


def type_of(method: Method) -> PhoneType:
    return method.phone_type or "mobile"


def fixed_id(method: Method) -> str:
    return IDS[type_of(method)]
