"""A token of the organisation, from the file that it came in to the person who has it.

```mermaid
stateDiagram-v2
    [*] --> available: imported
    [*] --> assigned: imported for a person
    available --> assigned: assigned by the platform
    available --> activated: claimed by its number and proven
    assigned --> activated: proven by its person
    activated --> withdrawn: the method was removed, or its person erased
    withdrawn --> activated: the method was restored
    withdrawn --> available: imported anew
    available --> [*]: deleted
    assigned --> [*]: deleted
    withdrawn --> [*]: deleted
```

Its secret is held, sealed, until the token is proven; then the verifier has it, and here it is gone.
"""

from datetime import datetime, timedelta
from typing import Literal

from schemas.base import Sealed
from schemas.verification import HotpTerms, OathAlgorithm, TotpTerms
from services.enrollment.methods.hardware_oath.domain.imported import ImportedToken, plain_number
from services.kit.decision import Change
from services.kit.errors import HardwareTokenInUseError, UnknownHardwareTokenError
from services.kit.state import State

TokenStatus = Literal["available", "assigned", "activated", "withdrawn"]
"""Graph's words, and one of ours for what must be imported anew before anybody can have it."""

CLAIMED_FOR = timedelta(minutes=10)
"""How long nobody else can claim a token that is being set up."""


class Claim(State):
    """That somebody sets the token up, as which method."""

    user: str
    method_id: str
    until: datetime


class HardwareToken(State):
    """One token. `id` is the one of the API; `secret` is sealed for the token, without a person.

    `user` is whose it is, or is to be; `method_id` the method that it became.
    """

    id: str
    tenant: str
    serial_number: str
    manufacturer: str = ""
    model: str = ""
    algorithm: OathAlgorithm = "SHA1"
    digits: Literal[6, 8] = 6
    period: Literal[30, 60] | None = None
    counter: int | None = None
    secret: Sealed | None = None
    user: str | None = None
    claim: Claim | None = None
    method_id: str | None = None
    imported_at: datetime
    activated_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def status(self) -> TokenStatus:
        """How far it is."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.method_id:
            return "activated"
        return "assigned" if self.user else "available"

    @property
    def kind(self) -> Literal["totp", "hotp"]:
        return "hotp" if self.period is None else "totp"

    def terms(self, secret: Sealed | None = None) -> dict[str, TotpTerms | HotpTerms]:
        """The part of a challenge about it, by name."""
        if self.period is None:
            counted = HotpTerms(secret=secret, algorithm=self.algorithm, digits=self.digits, counter=self.counter or 0)
            return {"hotp": counted}
        shown = TotpTerms(
            secret=secret, algorithm=self.algorithm, digits=self.digits, period=self.period, clock_drifts=True
        )
        return {"totp": shown}


def token_key(tenant: str, serial_number: str) -> str:
    return f"{tenant}/{plain_number(serial_number)}"


def in_stock(token: ImportedToken, identifier: str, tenant: str, secret: Sealed, *, at: datetime) -> HardwareToken:
    """A token as it was imported."""
    return HardwareToken(
        id=identifier,
        tenant=tenant,
        serial_number=token.serial_number,
        manufacturer=token.manufacturer,
        model=token.model,
        algorithm=token.algorithm,
        digits=token.digits,
        period=token.period,
        counter=token.counter,
        secret=secret,
        imported_at=at,
    )


def imported_anew(token: HardwareToken, fresh: HardwareToken) -> Change[HardwareToken]:
    """A withdrawn token takes what its file says; any other one stays as it is."""
    return Change(fresh if token.status == "withdrawn" else token)


def assign(token: HardwareToken, user: str) -> Change[HardwareToken]:
    """Only that person can set it up from now on. Raises HardwareTokenInUseError: somebody else has it, or sets it up;
    or its secret is gone."""
    if token.user == user and token.status != "withdrawn":
        return Change(token)
    if token.status != "available":
        raise HardwareTokenInUseError
    return Change(token.model_copy(update={"user": user}))


def claim(token: HardwareToken, user: str, method_id: str, *, at: datetime) -> Change[HardwareToken]:
    """Let a person set it up; for a while nobody else can. Who claims it once more sets up the same method. Raises
    UnknownHardwareTokenError: it is not theirs to have. Says nothing about whose it is."""
    is_claimed = token.claim is not None and token.claim.user != user and at < token.claim.until
    if token.secret is None or token.user not in {None, user} or is_claimed:
        raise UnknownHardwareTokenError
    known = token.claim.method_id if token.claim and token.claim.user == user else method_id
    return Change(token.model_copy(update={"claim": Claim(user=user, method_id=known, until=at + CLAIMED_FOR)}))


def activate(token: HardwareToken, user: str, method_id: str, *, at: datetime) -> Change[HardwareToken]:
    """Its code was right: it is that person's, and its secret is forgotten here."""
    if token.claim is None or (token.claim.user, token.claim.method_id) != (user, method_id):
        return Change(token)
    update = {"user": user, "method_id": method_id, "activated_at": at, "secret": None, "claim": None}
    return Change(token.model_copy(update=update))


def withdraw(token: HardwareToken, method_id: str | None, *, at: datetime) -> Change[HardwareToken]:
    """The method is gone (None: with its person, for ever; what a later life of theirs has set up stays)."""
    if method_id is None:
        if token.activated_at and token.activated_at > at:
            return Change(token)
        return Change(token.model_copy(update={"user": None, "method_id": None, "secret": None, "withdrawn_at": at}))
    return Change(token.model_copy(update={"withdrawn_at": at}) if token.method_id == method_id else token)


def restore(token: HardwareToken, method_id: str) -> Change[HardwareToken]:
    """The method is back, unless the token was imported anew meanwhile."""
    return Change(token.model_copy(update={"withdrawn_at": None}) if token.method_id == method_id else token)


def require_deletable(token: HardwareToken) -> None:
    """Raises `hardwareTokenInUse` for one that proves a person."""
    if token.status == "activated":
        raise HardwareTokenInUseError
