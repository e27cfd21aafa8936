"""Phones in the API."""

from typing import Final, Literal

from services.enrollment.api.bodies import PhoneNumber
from services.enrollment.challenges.domain.challenge import PhoneType
from services.enrollment.methods.base.api import MethodApi, RegistrationRequest
from services.enrollment.methods.phone.handlers import TypedPhone, a_phone
from services.enrollment.registrations.beginning import Plan
from services.kit.errors import PhoneNumberInvalidError


class PhoneRequest(RegistrationRequest):
    """A phone: `+44 7700900142`; an office phone may have an extension, `+44 2079460000 x123`. Without `delivery` a
    mobile gets texts, the others calls."""

    type: Literal["phone"]
    phone_number: PhoneNumber
    phone_type: PhoneType = "mobile"
    delivery: Literal["sms", "voice"] | None = None

    def plan(self) -> Plan:
        return a_phone(typed_phone(self.phone_number, self.phone_type, self.delivery))


def typed_phone(number: str, phone_type: PhoneType, delivery: Literal["sms", "voice"] | None = None) -> TypedPhone:
    """A number as Graph writes it: in the international form, `x` and an extension behind it.

    Raises:
        ProblemError: `phoneNumberInvalid` for an extension where there can be none.
    """
    plain, _, extension = number.partition("x")
    if extension and phone_type != "office":
        raise PhoneNumberInvalidError("Only an office phone has an extension.")
    way: Literal["sms", "voice"] = delivery or ("sms" if phone_type == "mobile" else "voice")
    return TypedPhone(None, plain.strip(), phone_type, way, extension.strip())


API: Final = MethodApi(
    type="phone",
    request=PhoneRequest,
    examples={
        "phone_by_text": {
            "type": "phone",
            "phoneNumber": "+44 7700900142",
            "phoneType": "mobile",
            "delivery": "sms",
        }
    },
)
