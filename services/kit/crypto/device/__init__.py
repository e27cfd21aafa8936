"""The protocol between an authenticator app and the service: what an app signs, and how it is read.

Reading is total: whatever comes in, it is either what it should be, with a signature that holds, or a
`DeviceTokenError`. Whether a moment is near enough, an audience ours, or an id new, is for the caller to judge.
"""

from services.kit.crypto.device.activation import ACTIVATION, Activation, read_activation, sign_activation
from services.kit.crypto.device.answer import (
    ANSWER,
    MAX_ANSWER_LENGTH,
    Decision,
    DeviceAnswer,
    read_answer,
    sign_answer,
)
from services.kit.crypto.device.claims import SIGNED_FOR
from services.kit.crypto.device.error import DeviceTokenError
from services.kit.crypto.device.key import DevicePrivateKey, public_key
from services.kit.crypto.device.push_subscription import PushSubscription
from services.kit.crypto.device.request import REQUEST, DeviceRequest, read_request, sign_request
from services.kit.crypto.device.token import MAX_LENGTH, token_key_id

__all__ = [
    "ACTIVATION",
    "ANSWER",
    "MAX_ANSWER_LENGTH",
    "MAX_LENGTH",
    "REQUEST",
    "SIGNED_FOR",
    "Activation",
    "Decision",
    "DeviceAnswer",
    "DevicePrivateKey",
    "DeviceRequest",
    "DeviceTokenError",
    "PushSubscription",
    "public_key",
    "read_activation",
    "read_answer",
    "read_request",
    "sign_activation",
    "sign_answer",
    "sign_request",
    "token_key_id",
]
