"""Phones in the API."""

from typing import Final, Literal

from services.enrollment.api.bodies import PhoneNumber
from services.enrollment.challenges.domain.challenge import PhoneDelivery, PhoneType
from services.enrollment.methods.base.api import MethodApi, RegistrationRequest
from services.enrollment.methods.phone.handlers import TypedPhone, a_phone, another_number
from services.enrollment.methods.phone.models import type_of
from services.enrollment.needs import CanPlan
from services.enrollment.registrations.beginning import Beginning, Plan, changeable
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import PhoneNumberInvalidError


class PhoneRequest(RegistrationRequest):
    """A phone: `+44 7700900142`; an office phone may have an extension, `+44 2079460000 x123`. Without `delivery` a
    mobile gets texts, the others calls. `whatsapp` is for a mobile, where somebody carries it: else it is
    `methodNotAllowedByPolicy`."""

    type: Literal["phone"]
    phone_number: PhoneNumber
    phone_type: PhoneType = "mobile"
    delivery: PhoneDelivery | None = None

    def plan(self) -> Plan:
        return a_phone(typed_phone(self.phone_number, self.phone_type, self.delivery))


def typed_phone(number: str, phone_type: PhoneType, delivery: PhoneDelivery | None = None) -> TypedPhone:
    """A number as Graph writes it: in the international form, `x` and an extension behind it. Raises
    `phoneNumberInvalid` for an extension where there can be none."""
    plain, _, extension = number.partition("x")
    if extension and phone_type != "office":
        raise PhoneNumberInvalidError("Only an office phone has an extension.")
    way: PhoneDelivery = delivery or ("sms" if phone_type == "mobile" else "voice")
    return TypedPhone(None, plain.strip(), phone_type, way, extension.strip())


def changed_number(method_id: str, number: str) -> Plan:
    """Another number, as Graph writes it, for a phone of whichever type. See `another_number`."""

    def plan(claimant: Claimant, deps: CanPlan) -> Beginning:
        phone = changeable(claimant.account, method_id, "phone")
        return another_number(method_id, typed_phone(number, type_of(phone)))(claimant, deps)

    return plan


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
