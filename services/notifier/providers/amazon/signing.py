"""What Amazon's services have in common: requests signed by Signature Version 4
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html), by Amazon's own library.

It is imported where an account at Amazon is made, and nowhere else.
"""

import asyncio
import re
from datetime import datetime
from importlib import import_module
from io import BytesIO
from typing import Any, Literal

import httpx
from pydantic import SecretStr

from services.kit.config.file import ConfigError
from services.notifier.providers.base import CONNECT_WITHIN, OutcomeUnknownError, TransientError
from services.notifier.providers.network import refused

THROTTLED = re.compile(r"Thrott|TooManyRequests|RequestLimitExceeded|SlowDown")
"""Names of errors that ask for a pause, some of them with status 400."""
RETRY_AFTER = 1.0
NAME = re.compile(r"[A-Za-z.]{1,60}")


class Signer:
    """Signs for one service in one region. Without a key, Amazon's own order of places is looked through: variables,
    files, the role of the machine or container."""

    within = CONNECT_WITHIN

    def __init__(
        self, service: Literal["sns", "ses"], region: str, key_id: str | None = None, secret: SecretStr | None = None
    ) -> None:
        try:
            self._auth: Any = import_module("awscrt.auth")
            self._http: Any = import_module("awscrt.http")
        except ImportError:
            raise ConfigError(
                "providers of the types sns and ses need the extra aws: install security-info[aws]"
            ) from None
        self._service = service
        self._region = region
        provider = self._auth.AwsCredentialsProvider
        self._credentials = (
            provider.new_static(key_id, secret.get_secret_value())
            if key_id and secret
            else provider.new_default_chain()
        )

    async def signed(self, method: str, url: str, headers: dict[str, str], body: bytes, at: datetime) -> dict[str, str]:
        """The headers with which the request is sent.

        Raises:
            TransientError: there is no key to sign with, or whoever should give it does not answer.
        """
        target = httpx.URL(url)
        given = [("Host", target.netloc.decode()), *headers.items()]
        request = self._http.HttpRequest(method, target.raw_path.decode(), self._http.HttpHeaders(given), BytesIO(body))
        config = self._auth.AwsSigningConfig(
            algorithm=self._auth.AwsSigningAlgorithm.V4,
            signature_type=self._auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=self._credentials,
            region=self._region,
            service=self._service,
            date=at,
        )
        try:
            async with asyncio.timeout(self.within):
                done = await asyncio.wrap_future(self._auth.aws_sign_request(request, config))
        except (RuntimeError, TimeoutError) as error:  # the library's own errors are of the first kind
            raise TransientError(f"not signed: {type(error).__name__}", reason="providerRefused") from None
        return dict(done.headers)


def refusal(response: httpx.Response, name: str) -> TransientError | OutcomeUnknownError:
    """What an answer other than success means where it is not about the destination; `name` is the error's."""
    known = NAME.fullmatch(name)
    cause = f"HTTP {response.status_code}, {name if known else 'no name'}"
    if THROTTLED.search(name):
        return TransientError(cause, retry_after=RETRY_AFTER)
    return refused(response, cause)
