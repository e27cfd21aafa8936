"""What all events share: closed, frozen models in camelCase."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

Channel = Literal["sms", "voice", "email", "push", "whatsapp", "local"]
"""How a request reaches a person; `local` is for methods with nothing to deliver."""

OF_NUMBERS: Final[frozenset[Channel]] = frozenset({"sms", "voice", "whatsapp"})
"""Channels whose messages go to numbers."""

MethodType = Literal[
    "authenticatorApp",
    "softwareOath",
    "phone",
    "email",
    "securityQuestions",
    "passkey",
    "recoveryCodes",
    "temporaryAccessPass",
    "hardwareOath",
]

Purpose = Literal["registration", "signIn", "passwordReset", "stepUp"]
"""Why a proof is asked for."""

Sealed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=8192)]
"""AES-256-GCM, `{keyId}.{base64url(nonce || ciphertext)}`; opened only by holders of the purpose's key."""

LongSealed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=65536)]
"""As `Sealed`, for what a browser makes and whose size is not ours to choose."""

KeyedHash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""HMAC-SHA-256 under an `index` key, base64url without padding."""

OpaqueId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._-]+$")]


class Model(BaseModel):
    """A closed, immutable value; JSON names are camelCase."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        ser_json_bytes="base64",
    )


class Event(Model):
    """Something that happened. The class name is the CloudEvents `type`.

    Consumers skip fields that they do not know (`decode` in `schemas.envelope`); producers cannot send any.
    """

    VERSION: ClassVar[int] = 1
