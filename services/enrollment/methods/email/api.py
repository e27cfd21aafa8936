"""Email in the API."""

from typing import Final, Literal

from services.enrollment.api.bodies import Text
from services.enrollment.methods.base.api import MethodApi, RegistrationRequest
from services.enrollment.methods.email.handlers import an_email
from services.enrollment.registrations.beginning import Plan


class EmailRequest(RegistrationRequest):
    """An email address."""

    type: Literal["email"]
    email_address: Text

    def plan(self) -> Plan:
        return an_email(self.email_address)


API: Final = MethodApi(
    type="email",
    request=EmailRequest,
    examples={"email": {"type": "email", "emailAddress": "sam@home.example"}},
)
