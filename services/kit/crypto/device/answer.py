"""A device answers a push request: approve, deny, or report."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr

from schemas.verification import DeviceKey
from services.kit.crypto.device.claims import SIGNED_FOR, Claims, Id, NumericDate, TokenId, read_claims
from services.kit.crypto.device.error import DeviceTokenError
from services.kit.crypto.device.key import DevicePrivateKey
from services.kit.crypto.device.token import verified_payload
from services.kit.ids import new_id

ANSWER: Final = "answer+jwt"
MAX_ANSWER_LENGTH: Final = 4096
"""So that it fits, sealed, into an event."""

Decision = Literal["approve", "deny", "report"]


class DeviceAnswer(Claims):
    """What the person decided about a request. `number` is what the person typed, on approval only."""

    challenge_id: Id
    nonce: str = Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")
    decision: Decision
    number: Annotated[SecretStr, Field(max_length=16)] | None = None
    iat: NumericDate
    exp: NumericDate
    jti: TokenId


def sign_answer(
    key: DevicePrivateKey,
    *,
    device_id: str,
    challenge_id: str,
    nonce: str,
    decision: Decision,
    at: datetime,
    number: str | None = None,
    life: timedelta = SIGNED_FOR,
) -> str:
    claims = {
        "challengeId": challenge_id,
        "nonce": nonce,
        "decision": decision,
        "number": number,
        "iat": int(at.timestamp()),
        "exp": int((at + life).timestamp()),
        "jti": new_id(),
    }
    return key.sign({"typ": ANSWER, "kid": device_id}, claims)


def read_answer(token: str, key: DeviceKey) -> DeviceAnswer:
    """An answer of the device with that key. Raises DeviceTokenError: whatever is wrong."""
    if len(token) > MAX_ANSWER_LENGTH:
        raise DeviceTokenError
    return read_claims(DeviceAnswer, verified_payload(token, key, ANSWER))
