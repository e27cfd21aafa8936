"""Examples of the calls about the methods of a person."""

from typing import Any

from services.enrollment.api.examples import LATER, NOON, identifier, named

METHOD: dict[str, Any] = {
    "id": identifier("12"),
    "type": "phone",
    "displayName": "+44 •••• ••0142",
    "state": "active",
    "isDefault": True,
    "createdDateTime": NOON,
    "lastUsedDateTime": LATER,
}
METHODS = {
    "value": [METHOD],
    "@odata.nextLink": "http://localhost:8000/v1.0/users/sam.1/authentication/methods?%24top=1&%24skiptoken=MjAyNg",
}
METHOD_CHANGES = named(a_name={"displayName": "My own phone"}, another_number={"phoneNumber": "+44 7700900143"})
DEFAULTS = named(use_it_first={"methodId": identifier("12")})
