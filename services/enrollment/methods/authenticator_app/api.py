"""The authenticator app in the API."""

from typing import Annotated, Final, Literal

from pydantic import SecretStr, StringConstraints

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.components import Components
from services.enrollment.methods.authenticator_app.activation import code_of
from services.enrollment.methods.authenticator_app.approval import number_of
from services.enrollment.methods.authenticator_app.registration import an_app
from services.enrollment.methods.authenticator_app.words import WORDS
from services.enrollment.methods.base.api import ChallengeFields, MethodApi, RegistrationFields, RegistrationRequest
from services.enrollment.needs import HasSealer
from services.enrollment.registrations.beginning import Plan, RegistrationSnapshot


class AppRequest(RegistrationRequest):
    """The authenticator app, by QR code. `displayName` is what the person calls it."""

    type: Literal["authenticatorApp"]
    display_name: Annotated[str, StringConstraints(max_length=64)] | None = None

    def plan(self) -> Plan:
        return an_app(self.display_name)


def _activation(reading: RegistrationSnapshot, components: Components) -> RegistrationFields:
    activation, settings = reading.activation, components.settings
    if activation is None or reading.state != "pending":
        return {}
    code = code_of(
        activation, components.deps, public=settings.public_origin, authenticator=settings.authenticator_origin
    )
    return {
        "activation_handle": activation.handle,
        "activation_code": code.code,
        "activation_url": code.url,
        "qr_content": SecretStr(code.link),
    }


def _number(challenge: Challenge, _: Account, deps: HasSealer) -> ChallengeFields:
    number = number_of(challenge, deps.sealer)
    return {"number_match": number} if number else {}


API: Final = MethodApi(
    type="authenticatorApp",
    name=WORDS.name.label,
    request=AppRequest,
    examples={"authenticator_app": {"type": "authenticatorApp", "displayName": "Work phone"}},
    registration=_activation,
    challenges={"pushApproval": _number},
)
