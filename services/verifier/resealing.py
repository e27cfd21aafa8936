"""What the verifier stores sealed: the secrets of apps and tokens. The rest it keeps is hashed or public."""

from collections.abc import Collection, Mapping
from typing import Any

from services.kit.crypto.keyring import Keyring, Purpose
from services.kit.crypto.resealing import Renew, Renewal, SealedValue, resealed
from services.kit.crypto.sealing import Binding


def of_credential(document: Mapping[str, Any], keyring: Keyring, purposes: Collection[Purpose]) -> Renewal:
    """The secret of one-time codes, where the credential has one."""
    state = document["state"]
    sealed = state["content"].get("secret")
    if not sealed:
        return Renewal()
    binding = Binding(state["tenant"], state["user"], state["methodId"])
    return resealed([SealedValue("state.content.secret", "secret", sealed, binding)], keyring, purposes)


RENEWALS: Mapping[str, Renew] = {"credentials": of_credential}
"""By collection."""
