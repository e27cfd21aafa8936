"""Recovery codes in the API."""

from typing import Final, Literal

from pydantic import SecretStr

from services.enrollment.components import Components
from services.enrollment.methods.base.api import MethodApi, RegistrationFields, RegistrationRequest
from services.enrollment.methods.recovery_codes.handlers import recovery_codes
from services.enrollment.methods.recovery_codes.words import WORDS
from services.enrollment.registrations.beginning import Plan, RegistrationSnapshot

GROUP = 4
"""Characters that stand together."""


class CodesRequest(RegistrationRequest):
    """Ten recovery codes, in the place of earlier ones."""

    type: Literal["recoveryCodes"]

    def plan(self) -> Plan:
        return recovery_codes


def _codes(reading: RegistrationSnapshot, _: Components) -> RegistrationFields:
    return {"codes": tuple(_grouped(code) for code in reading.codes)} if reading.codes else {}


def _grouped(code: SecretStr) -> SecretStr:
    """As people read it: `XXXX-XXXX-XXXX-XXXX`."""
    plain = code.get_secret_value()
    return SecretStr("-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP)))


API: Final = MethodApi(
    type="recoveryCodes",
    name=WORDS.name.label,
    request=CodesRequest,
    examples={"recovery_codes": {"type": "recoveryCodes"}},
    registration=_codes,
)
