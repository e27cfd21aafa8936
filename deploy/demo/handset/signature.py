"""Signs requests to the product as Twilio does (https://www.twilio.com/docs/usage/security)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def sign(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    """The value of `X-Twilio-Signature`.

    Args:
        auth_token: the account's token, the key of the HMAC-SHA1 that Twilio prescribes.
        url: the full URL that is called, its query included.
        parameters: the form parameters of a POST; empty for a GET.
    """
    signed = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
