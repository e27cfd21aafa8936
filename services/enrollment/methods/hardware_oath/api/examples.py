"""Examples of the OpenAPI document about hardware tokens."""

from typing import Any

from services.enrollment.api.examples import NOON, identifier, named
from services.enrollment.challenges.api.examples import CHALLENGE

DEVICE_ID = identifier("31")
METHOD_ID = identifier("32")

CLOCK = {
    "serialNumber": "TOTP-123456",
    "manufacturer": "Contoso",
    "model": "Hardware Token 1000",
    "secretKey": "6PJ4UKIW33NNXYZAEHQNFUFTZF7WFTFB",
    "timeIntervalInSeconds": 30,
    "hashFunction": "hmacsha1",
}
BUTTON = {
    "serialNumber": "HOTP-654321",
    "secretKey": "TXYZAE6PJ4UZF3NNKIW3HQNFUF7WFTFB",
    "counter": 0,
    "digits": 8,
    "assignTo": {"id": "sam.1"},
}
NEW_DEVICES = named(
    one_with_a_clock=CLOCK,
    several={"value": [CLOCK | {"serialNumber": "TOTP-123457"}, BUTTON]},
)
DEVICE: dict[str, Any] = {
    "id": DEVICE_ID,
    "serialNumber": "TOTP-123456",
    "manufacturer": "Contoso",
    "model": "Hardware Token 1000",
    "timeIntervalInSeconds": 30,
    "hashFunction": "hmacsha1",
    "digits": 6,
    "status": "available",
}
DEVICES = {"value": [DEVICE]}
METHOD = {
    "id": METHOD_ID,
    "displayName": "Token •••• 3456",
    "createdDateTime": NOON,
    "device": DEVICE | {"status": "activated", "assignedTo": {"id": "sam.1"}},
}
METHODS = {"value": [METHOD]}
NEW_METHODS = named(a_token_of_the_stock={"device": {"id": DEVICE_ID}})
NEW_METHOD = {
    "id": METHOD_ID,
    "displayName": "Token •••• 3456",
    "device": DEVICE | {"status": "assigned", "assignedTo": {"id": "sam.1"}},
    "challenge": {**CHALLENGE, "purpose": "registration", "alternatives": []},
}
