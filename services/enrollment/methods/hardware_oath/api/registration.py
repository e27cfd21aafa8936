"""Hardware tokens in the API of registrations."""

from typing import Final, Literal

from services.enrollment.api.bodies import Text
from services.enrollment.methods.base.api import MethodApi, RegistrationRequest
from services.enrollment.methods.hardware_oath.handlers.registering import a_token
from services.enrollment.registrations.beginning import ClaimingPlan


class TokenRequest(RegistrationRequest):
    """A hardware token of the organisation, by the number on its back."""

    type: Literal["hardwareOath"]
    serial_number: Text

    def plan(self) -> ClaimingPlan:
        return a_token(self.serial_number)


API: Final = MethodApi(
    type="hardwareOath",
    name="Hardware token",
    request=TokenRequest,
    examples={"hardware_token": {"type": "hardwareOath", "serialNumber": "TOTP-123456"}},
)
