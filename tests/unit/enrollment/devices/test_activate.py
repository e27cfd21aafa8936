"""Guessing at the code of an app: each guess is counted before it is looked at, and of many at once five."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.store import Accounts
from services.enrollment.challenges.store import Challenges
from services.enrollment.config import Config
from services.enrollment.devices.domain import LIFE, MAX_GUESSES, Activation
from services.enrollment.devices.handlers import activate
from services.enrollment.devices.store import Activations, Devices, UsedTokens
from services.enrollment.methods.authenticator_app.activation import new_activation, opens_with
from services.enrollment.policies.domain.requirements import TERMS, GroupPolicy, Terms
from services.enrollment.registrations.store import Registrations
from services.enrollment.signals import Signals
from services.kit.crypto.device import DevicePrivateKey, sign_activation
from services.kit.crypto.sealing import SealBrokenError, Sealer
from services.kit.errors import ProblemError
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox, sam_at

ORIGIN = "https://id.example"


@dataclass
class Connecting:
    """What connecting a device needs, and no more."""

    accounts: Accounts
    activations: Activations
    challenges: Challenges
    devices: Devices
    registrations: Registrations
    used_tokens: UsedTokens
    config: Config
    sealer: Sealer
    clock: FixedClock = field(default_factory=FixedClock)
    signals: Signals = field(default_factory=Signals)

    def policy(self, _: Account) -> GroupPolicy:
        return GroupPolicy()

    def terms(self, _: Account) -> Terms:
        return TERMS["entra"]


@pytest.fixture
def deps(box: Outbox) -> Connecting:
    store = box.store
    tenant = {"displayName": "Northbridge", "groups": {"staff": {}}, "defaultGroup": "staff"}
    config = Config.model_validate({"tenants": {"northbridge": tenant}, "clients": {}})
    return Connecting(
        store.accounts,
        store.activations,
        store.challenges,
        store.devices,
        store.registrations,
        store.used_tokens,
        config,
        Sealer(keyring("enrollment")),
    )


@pytest.fixture
async def shown(box: Outbox, deps: Connecting) -> Activation:
    """A QR code of Sam's page."""
    sam = sam_at("authenticatorApp.scan")
    await box.put(account=sam.account)
    made = new_activation(sam.claimant, deps)
    return (await deps.activations.insert(made.handle, made)).state


async def outcome(
    shown: Activation,
    code: str,
    deps: Connecting,
    secret: bytes | None = None,
    key: DevicePrivateKey | None = None,
) -> str:
    """What a device, a new one unless its `key` is given, gets for a code; "connected" or why not."""
    key = key or DevicePrivateKey.generate()
    token = sign_activation(key, code=code, secret=secret, device_name="Phone", aud=ORIGIN, at=deps.clock.now())
    try:
        await activate(shown.handle, token, audience=ORIGIN, deps=deps)
    except ProblemError as problem:
        return problem.code
    return "connected"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**9:09d}"


async def guesses(shown: Activation, deps: Connecting) -> int:
    stored = await deps.activations.get(shown.handle)
    assert stored
    return stored.state.guesses


async def test_the_code_that_is_typed_by_hand_connects_without_the_secret(shown: Activation, deps: Connecting) -> None:
    code, _ = opens_with(shown, deps.sealer)
    assert await outcome(shown, wrong(code), deps) == "activationCodeInvalid"
    assert await outcome(shown, code, deps) == "connected"
    assert await outcome(shown, code, deps) == "activationExpired"


async def test_who_did_not_hear_that_it_connected_asks_again(shown: Activation, deps: Connecting) -> None:
    """The process died after it had written, say: the same device, by its key, and no second one."""
    code, _ = opens_with(shown, deps.sealer)
    key = DevicePrivateKey.generate()
    assert await outcome(shown, code, deps, key=key) == "connected"
    counted = await guesses(shown, deps)
    assert await outcome(shown, code, deps, key=key) == "connected"
    assert (await guesses(shown, deps), len(await deps.devices.find({}))) == (counted, 1)
    assert await outcome(shown, code, deps) == "activationExpired"
    deps.clock.advance(LIFE)
    assert await outcome(shown, code, deps, key=key) == "activationExpired"


async def test_a_scanned_secret_must_be_right_as_well(shown: Activation, deps: Connecting) -> None:
    code, secret = opens_with(shown, deps.sealer)
    assert await outcome(shown, code, deps, secret[::-1]) == "activationCodeInvalid"
    assert await outcome(shown, wrong(code), deps, secret) == "activationCodeInvalid"
    assert await outcome(shown, code, deps, secret) == "connected"


async def test_of_many_guesses_at_once_five_are_looked_at(shown: Activation, deps: Connecting) -> None:
    code, _ = opens_with(shown, deps.sealer)
    outcomes = await asyncio.gather(*(outcome(shown, wrong(code), deps) for _ in range(4 * MAX_GUESSES)))
    assert sorted(outcomes) == ["activationCodeInvalid"] * MAX_GUESSES + ["activationExpired"] * 3 * MAX_GUESSES
    assert await guesses(shown, deps) == MAX_GUESSES
    assert await outcome(shown, code, deps) == "activationExpired"


async def test_of_right_codes_at_once_one_connects(shown: Activation, deps: Connecting) -> None:
    code, _ = opens_with(shown, deps.sealer)
    outcomes = await asyncio.gather(*(outcome(shown, code, deps) for _ in range(MAX_GUESSES)))
    assert sorted(outcomes) == ["activationExpired"] * (MAX_GUESSES - 1) + ["connected"]


async def test_a_guess_counts_though_nothing_was_compared(shown: Activation, deps: Connecting) -> None:
    """Whoever makes the comparison fail, or the process end, has not guessed for nothing."""
    code, _ = opens_with(shown, deps.sealer)
    keyless = replace(deps, sealer=Sealer(keyring("notifier")))
    with pytest.raises((SealBrokenError, KeyError)):
        await outcome(shown, code, keyless)
    assert await guesses(shown, deps) == 1
