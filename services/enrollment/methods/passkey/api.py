"""Passkeys in the API."""

import json
from typing import Final, Literal

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.components import Components
from services.enrollment.methods.base.api import ChallengeFields, MethodApi, RegistrationFields, RegistrationRequest
from services.enrollment.methods.passkey.handlers import a_passkey
from services.enrollment.methods.passkey.options import passkey_options
from services.enrollment.methods.passkey.words import WORDS
from services.enrollment.needs import HasConfig
from services.enrollment.registrations.beginning import Plan, RegistrationSnapshot


class PasskeyRequest(RegistrationRequest):
    """A passkey (WebAuthn)."""

    type: Literal["passkey"]

    def plan(self) -> Plan:
        return a_passkey


def _creation(reading: RegistrationSnapshot, components: Components) -> RegistrationFields:
    if reading.asks is None or reading.state != "pending":
        return {}
    return {"public_key_options": json.loads(passkey_options(reading.asks, reading.account, components.deps))}


def _options(challenge: Challenge, account: Account, deps: HasConfig) -> ChallengeFields:
    return {"public_key_options": json.loads(passkey_options(challenge, account, deps))}


API: Final = MethodApi(
    type="passkey",
    name=WORDS.name.label,
    request=PasskeyRequest,
    examples={"passkey": {"type": "passkey"}},
    registration=_creation,
    challenges={"passkey": _options},
)
