"""Examples of the calls about registrations; those of their bodies are each method's own."""

from typing import Any

from services.enrollment.api.examples import identifier
from services.enrollment.challenges.api.examples import CHALLENGE

REGISTRATION: dict[str, Any] = {
    "id": identifier("11"),
    "type": "phone",
    "methodId": identifier("12"),
    "state": "pending",
    "challenge": {**CHALLENGE, "purpose": "registration", "alternatives": []},
}
