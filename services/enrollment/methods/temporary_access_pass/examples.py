"""Examples of the calls about Temporary Access Passes."""

from typing import Any

from services.enrollment.api.examples import NOON, identifier, named

PASSES = named(once_within_an_hour={}, for_a_day={"lifetimeInMinutes": 1440, "isUsableOnce": False})
PASS: dict[str, Any] = {
    "id": identifier("15"),
    "temporaryAccessPass": "kT7mWq4xRz9b",
    "lifetimeInMinutes": 60,
    "isUsableOnce": True,
    "isUsable": True,
    "createdDateTime": NOON,
    "startDateTime": NOON,
}
PASS_LIST = {"value": [{name: value for name, value in PASS.items() if name != "temporaryAccessPass"}]}
