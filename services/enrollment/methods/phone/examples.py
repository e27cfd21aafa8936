"""Examples of Graph's calls about phones."""

from typing import Any

from services.enrollment.api.examples import NOON, named
from services.enrollment.methods.phone.models import IDS
from services.enrollment.registrations.examples import REGISTRATION

PHONE: dict[str, Any] = {
    "id": IDS["mobile"],
    "phoneNumber": "+44 •••• ••0142",
    "phoneType": "mobile",
    "smsSignInState": "notSupported",
    "createdDateTime": NOON,
}
NEW_PHONE = {name: value for name, value in PHONE.items() if name != "createdDateTime"} | {
    "challenge": REGISTRATION["challenge"]
}
PHONES = {"value": [PHONE]}
NEW_PHONES = named(
    mobile={"phoneNumber": "+44 7700900144", "phoneType": "mobile"},
    office={"phoneNumber": "+44 7700900145 x123", "phoneType": "office"},
)
PHONE_CHANGES = named(another_number={"phoneNumber": "+44 7700900146", "phoneType": "mobile"})
