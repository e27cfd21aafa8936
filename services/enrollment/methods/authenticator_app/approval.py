"""The request that a device approves, with a number to match."""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from schemas.enrollment import Destination
from schemas.verification import PushTerms, TotpTerms
from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge
from services.enrollment.challenges.handlers.lifecycle import binding_of
from services.enrollment.devices.domain import Device
from services.enrollment.needs import CanBuild, HasDevices, HasRules, HasSealer
from services.enrollment.proofs.app_code.handlers import app_code_challenge
from services.enrollment.sessions.principal import Claimant
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.errors import UnknownMethodError
from services.kit.ids import new_token


class CanReachDevices(CanBuild, HasDevices, Protocol):
    """Builds challenges that a device answers."""


SEND_AGAIN_AFTER = timedelta(seconds=60)


def push_challenge(asked: ProofRequest, claimant: Claimant, device: Device, deps: CanBuild) -> Challenge:
    """A request to approve on one device, with a number to match.

    While the device is being registered, the secret of its codes goes along: the verifier keeps it.
    """
    challenge = new_challenge(asked, claimant, "pushApproval", deps)
    binding = binding_of(challenge)
    digits = deps.terms(claimant.account).number_digits
    number = f"{secrets.randbelow(10**digits):0{digits}d}"
    push = PushTerms(
        device_id=device.id,
        public_key=device.key,
        nonce=new_token(),
        number=deps.sealer.seal("submission", number.encode(), binding),
        digits=digits,
    )
    totp = TotpTerms(secret=device.secret) if device.secret and asked.purpose == "registration" else None
    return challenge.model_copy(
        update={
            "terms": challenge.terms.model_copy(update={"push": push, "totp": totp}),
            "channel": "push",
            "destination": _subscription(device, binding, deps),
            "resend_at": challenge.delivery.requested_at + SEND_AGAIN_AFTER,
        }
    )


def _subscription(device: Device, binding: Binding, deps: HasSealer) -> Destination | None:
    """Where a push message goes, if the device has a subscription; sealed anew, for this challenge."""
    if device.subscription is None:
        return None
    of_method = replace(binding, challenge="")
    plain = deps.sealer.open("destination", device.subscription, of_method)
    return Destination(sealed=deps.sealer.seal("destination", plain, binding), masked="Authenticator app")


def number_of(challenge: Challenge, sealer: Sealer) -> str:
    """The number that the page shows; empty where there is none."""
    if challenge.terms.push is None:
        return ""
    return sealer.open("submission", challenge.terms.push.number, binding_of(challenge)).decode()


async def ask_approval(method: Method, asked: ProofRequest, claimant: Claimant, deps: CanReachDevices) -> Challenge:
    """Of the device of a method on file."""
    stored = await deps.devices.get(method.device_id) if method.device_id else None
    if stored is None:
        raise UnknownMethodError
    return push_challenge(asked, claimant, stored.state, deps)


async def ask_code(_: Method, asked: ProofRequest, claimant: Claimant, deps: HasRules) -> Challenge:
    return app_code_challenge(asked, claimant, None, deps)
