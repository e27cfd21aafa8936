"""Other authenticator apps in the API."""

from typing import Final, Literal

from pydantic import SecretStr

from services.enrollment.components import Components
from services.enrollment.methods.base.api import MethodApi, RegistrationFields, RegistrationRequest
from services.enrollment.methods.software_oath.handlers import another_app, secret_of, uri_of
from services.enrollment.methods.software_oath.words import WORDS
from services.enrollment.registrations.beginning import Plan, RegistrationSnapshot
from services.enrollment.sessions.principal import Claimant


class SoftwareRequest(RegistrationRequest):
    """Any other authenticator app, by a secret (RFC 6238)."""

    type: Literal["softwareOath"]

    def plan(self) -> Plan:
        return another_app


def _secret(reading: RegistrationSnapshot, components: Components) -> RegistrationFields:
    draft, claimant = reading.registration.draft, Claimant(reading.account)
    if draft is None or reading.state != "pending":
        return {}
    uri = uri_of(draft, claimant, components.deps)
    return {"secret": secret_of(draft, claimant, components.deps), "otpauth_uri": SecretStr(uri)}


API: Final = MethodApi(
    type="softwareOath",
    name=WORDS.name.label,
    request=SoftwareRequest,
    examples={"a_different_authenticator_app": {"type": "softwareOath"}},
    registration=_secret,
)
