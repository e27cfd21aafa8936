"""The QR code by which an authenticator app connects, and what it opens with."""

import secrets
from dataclasses import dataclass, replace
from urllib.parse import quote

from pydantic import SecretStr

from services.enrollment.devices import domain as activations
from services.enrollment.devices.domain import Activation
from services.enrollment.needs import CanSeal, HasSealer
from services.enrollment.sessions.principal import Claimant
from services.kit.crypto.sealing import Binding, Sealer, encode
from services.kit.ids import new_code, new_id

HANDLE_LENGTH = 8
CODE_DIGITS = 9
SECRET_BYTES = 20


@dataclass(frozen=True)
class ActivationCode:
    """What a QR code says, in the clear: for the person's own page and for nothing else."""

    code: SecretStr
    url: str
    link: str


def new_activation(claimant: Claimant, deps: CanSeal) -> Activation:
    """A QR code: handle, code and secret, for a method that does not exist yet."""
    now, account = deps.clock.now(), claimant.account
    handle = new_code(HANDLE_LENGTH)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    of_method = Binding(account.tenant, account.user, new_id())
    of_code = replace(of_method, challenge=handle)
    return Activation(
        handle=handle,
        tenant=account.tenant,
        user=account.user,
        method_id=of_method.method,
        session_id=claimant.session_id,
        code=deps.sealer.seal("secret", code.encode(), of_code),
        secret=deps.sealer.seal("secret", secrets.token_bytes(SECRET_BYTES), of_method),
        created_at=now,
        expires_at=now + activations.LIFE,
    )


def code_of(activation: Activation, deps: HasSealer, *, public: str, authenticator: str) -> ActivationCode:
    """Open what the QR code says. `public` and `authenticator` are origins."""
    code, secret = opens_with(activation, deps.sealer)
    url = f"{public}/device/v1/a/{activation.handle}"
    link = f"{authenticator}/authenticator#activate?url={quote(url, safe='')}&code={code}&secret={encode(secret)}"
    return ActivationCode(SecretStr(code), url, link)


def opens_with(activation: Activation, sealer: Sealer) -> tuple[str, bytes]:
    """The code and the secret that a device must present."""
    code = sealer.open("secret", activation.code, _code_binding(activation)).decode()
    return code, sealer.open("secret", activation.secret, _secret_binding(activation))


def _code_binding(activation: Activation) -> Binding:
    return Binding(activation.tenant, activation.user, activation.method_id, activation.handle)


def _secret_binding(activation: Activation) -> Binding:
    return Binding(activation.tenant, activation.user, activation.method_id)
