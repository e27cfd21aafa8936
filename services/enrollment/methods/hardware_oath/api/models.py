"""Tokens as the API takes and shows them, in the shape of Graph's `hardwareOathTokenAuthenticationMethodDevice`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from schemas.verification import OathAlgorithm
from services.enrollment.api.bodies import Body, Identifier, Paged, UserId, absent
from services.enrollment.challenges.api.models import ChallengeBody
from services.enrollment.methods.hardware_oath.domain import imported
from services.enrollment.methods.hardware_oath.domain.imported import (
    ImportedToken,
    Placed,
    TokenFinding,
    TokenValueError,
)
from services.enrollment.methods.hardware_oath.domain.stock import HardwareToken, TokenStatus

MOST_AT_ONCE = 200
USUAL_PERIOD = 30

HashFunction = Literal["hmacsha1", "hmacsha256", "hmacsha512"]
Line = Annotated[str, StringConstraints(max_length=128)]

HASHES: dict[OathAlgorithm, HashFunction] = {"SHA1": "hmacsha1", "SHA256": "hmacsha256", "SHA512": "hmacsha512"}


class Person(Body):
    """Whose the token is, or is to be."""

    id: UserId


class DeviceRequest(Body):
    """A token. With a `counter` it has a button, else a clock. `secretKey` is base32 or hexadecimal; it is never given
    back."""

    content_id: str | None = Field(default=None, alias="@contentId", max_length=64)
    display_name: Line | None = None
    serial_number: Line
    manufacturer: Line = ""
    model: Line = ""
    secret_key: SecretStr = Field(max_length=512)
    time_interval_in_seconds: int | None = None
    counter: int | None = None
    digits: int = 6
    hash_function: str = Field(default="hmacsha1", max_length=16)
    assign_to: Person | None = None

    def placed(self, place: str) -> Placed | TokenFinding:
        """What is said of it, or what is wrong with that."""
        try:
            return Placed(place, self._token())
        except TokenValueError as wrong:
            return TokenFinding(place, wrong.problem, wrong.remedy, self.serial_number or None)

    def _token(self) -> ImportedToken:
        counts, interval = self.counter, self.time_interval_in_seconds
        if counts is not None and interval is not None:
            raise TokenValueError("it has a time interval and a counter", "give the one that the token has")
        return ImportedToken(
            serial_number=imported.serial_number(self.serial_number),
            secret=imported.typed_secret(self.secret_key.get_secret_value()),
            algorithm=imported.algorithm(self.hash_function),
            digits=imported.digits(str(self.digits)),
            period=imported.period(str(interval or USUAL_PERIOD)) if counts is None else None,
            counter=None if counts is None else imported.counter(str(counts)),
            manufacturer=imported.name("manufacturer", self.manufacturer),
            model=imported.name("model", self.model),
        )


class DevicesRequest(Body):
    """Several at once: all of them are taken, or none."""

    context: str | None = Field(default=None, alias="@context", max_length=64)
    value: tuple[DeviceRequest, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class DeviceBody(Body):
    """A token of the stock. `status` is Graph's, and `withdrawn` for one that must be imported anew before anybody can
    have it."""

    id: str
    serial_number: str
    manufacturer: str
    model: str
    time_interval_in_seconds: int | None = absent()
    hash_function: HashFunction
    digits: int
    status: TokenStatus
    assigned_to: Person | None = absent()

    @classmethod
    def of(cls, token: HardwareToken) -> "DeviceBody":
        """What there is to say of it."""
        return cls(
            id=token.id,
            serial_number=token.serial_number,
            manufacturer=token.manufacturer,
            model=token.model,
            time_interval_in_seconds=token.period,
            hash_function=HASHES[token.algorithm],
            digits=token.digits,
            status=token.status,
            assigned_to=Person(id=token.user) if token.user else None,
        )


class DeviceList(Paged):
    """A part of the stock, in the order of import."""

    value: tuple[DeviceBody, ...]


class MethodBody(Body):
    """Graph's `hardwareOathAuthenticationMethod`. `challenge` is what proves a new one."""

    id: str
    display_name: str
    created_date_time: datetime | None = absent()
    device: DeviceBody | None = absent()
    challenge: ChallengeBody | None = absent()


class MethodList(Paged):
    """All that the person has."""

    value: tuple[MethodBody, ...]


class Device(Body):
    """A token of the stock, by its id."""

    id: Identifier


class MethodRequest(Body):
    """The token that the person is to have."""

    device: Device
