"""Examples of Graph's calls about addresses."""

from typing import Any

from services.enrollment.api.examples import NOON, identifier, named
from services.enrollment.methods.email.models import ID
from services.enrollment.registrations.examples import REGISTRATION

EMAIL: dict[str, Any] = {"id": ID, "emailAddress": "s•••@home.example", "createdDateTime": NOON}
NEW_EMAIL = {
    "id": ID,
    "emailAddress": "s•••@home.example",
    "challenge": {
        **REGISTRATION["challenge"],
        "method": {"id": identifier("16"), "type": "email", "displayName": "s•••@home.example"},
    },
}
EMAILS = {"value": [EMAIL]}
NEW_EMAILS = named(an_address={"emailAddress": "sam@home.example"})
