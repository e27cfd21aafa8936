"""What enrollment stores sealed or hashed for longer than its keys overlap, and where each value belongs.

What lives for hours (challenges, deliveries, drafts, activations, answers) is left to end.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from services.enrollment.methods.hardware_oath.handlers.stock import of_token
from services.kit.crypto.keyring import Keyring, Purpose
from services.kit.crypto.resealing import Renew, Renewal, SealedValue, resealed
from services.kit.crypto.sealing import Binding, SealBrokenError, Sealer, keyed_hash

Document = Mapping[str, Any]


def of_account(document: Document, keyring: Keyring, purposes: Collection[Purpose]) -> Renewal:
    """Numbers and addresses of methods, also of those that may come back, and addresses for notices."""
    sealed = resealed(_sealed_in_account(document["state"]), keyring, purposes)
    return sealed + _rehashed(document["state"], keyring) if "index" in purposes else sealed


def of_device(document: Document, keyring: Keyring, purposes: Collection[Purpose]) -> Renewal:
    """An app's subscription and the secret of its codes."""
    state = document["state"]
    binding = Binding(state["tenant"], state["user"], state["methodId"])
    return resealed(
        [
            *_value("state.subscription", "destination", state.get("subscription"), binding),
            *_value("state.secret", "secret", state.get("secret"), binding),
        ],
        keyring,
        purposes,
    )


def of_hardware_token(document: Document, keyring: Keyring, purposes: Collection[Purpose]) -> Renewal:
    """The secret of a token in the stock."""
    state = document["state"]
    value = _value("state.secret", "secret", state.get("secret"), of_token(state["tenant"], state["id"]))
    return resealed(value, keyring, purposes)


RENEWALS: Mapping[str, Renew] = {
    "accounts": of_account,
    "devices": of_device,
    "hardware_tokens": of_hardware_token,
}
"""By collection."""


def _methods(state: Document) -> Iterator[tuple[str, Document]]:
    """The methods of an account, with the paths of where they lie."""
    for place, method in enumerate(state.get("methods", ())):
        yield f"state.methods.{place}", method
    for place, former in enumerate(state.get("former", ())):
        yield f"state.former.{place}.method", former["method"]


def _sealed_in_account(state: Document) -> Iterator[SealedValue]:
    tenant, user = state["tenant"], state["user"]
    for path, method in _methods(state):
        binding = Binding(tenant, user, method["id"])
        yield from _value(f"{path}.destination", "destination", method.get("destination"), binding)
    for place, address in enumerate(state["profile"].get("emails", ())):
        path = f"state.profile.emails.{place}.sealed"
        yield from _value(path, "destination", address["sealed"], Binding(tenant, user))


def _rehashed(state: Document, keyring: Keyring) -> Renewal:
    """Keyed hashes of numbers and addresses, under the key in use."""
    tenant, user, sealer = state["tenant"], state["user"], Sealer(keyring)
    changes, broken = dict[str, str](), 0
    for path, method in _methods(state):
        if not method.get("destination") or not method.get("destinationHash"):
            continue
        try:
            plain = sealer.open("destination", method["destination"], Binding(tenant, user, method["id"])).decode()
        except SealBrokenError:
            broken += 1
            continue
        current = keyed_hash(keyring, plain, tenant=tenant)
        if method["destinationHash"] != current:
            changes[f"{path}.destinationHash"] = current
    return Renewal(changes, broken)


def _value(path: str, purpose: Purpose, sealed: str | None, binding: Binding) -> Iterator[SealedValue]:
    if sealed:
        yield SealedValue(path, purpose, sealed, binding)
