"""Asks by CAMARA's SIM Swap API, version 2.1.0 (release r3.3), operation `checkSimSwap`:
https://github.com/camaraproject/SimSwap.

The token is that of the client credentials flow (RFC 6749, section 4.4), which operators grant by contract; the number
is in the request then. Scope and purpose are needed: CAMARA's Security and Interoperability Profile, "Purpose".
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote_plus

import httpx
from pydantic import SecretStr

from services.kit.clock import Clock
from services.kit.config.sim_swap import SimSwapAccount
from services.notifier.providers.base import ProviderError
from services.notifier.providers.network import Caller, document, network_failures, refused, text

Answer = Literal["swapped", "unchanged", "unknown"]
"""`unknown`: the operator does not know the number, or does not answer for it, such as for a landline."""

NOT_ANSWERED_FOR: Final = frozenset({404, 422})
EARLY = timedelta(seconds=30)
"""How long before its end a token is not used any more; half of its life where that is shorter."""
UNSAID = 60.0
"""Seconds that a token is kept of which nobody says how long it lives (`expires_in` is optional; RFC 6749, 5.1)."""


class CamaraSimSwap:
    """One client at one operator, or at whoever speaks for several."""

    def __init__(self, account: SimSwapAccount, client: httpx.AsyncClient, clock: Clock, *, secret: SecretStr) -> None:
        self._account = account
        self._url = f"{str(account.base_url).rstrip('/')}/check"
        self._caller = Caller(client, within=account.timeout_seconds)
        self._clock = clock
        # Both are form-encoded before they are joined (RFC 6749, section 2.3.1).
        self._login = httpx.BasicAuth(quote_plus(account.client_id), quote_plus(secret.get_secret_value()))
        self._token: SecretStr | None = None
        self._good_until = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._in_turn = asyncio.Lock()

    async def ask(self, number: str) -> Answer:
        """Whether the SIM card of a number in E.164 was changed within `maxAgeHours`, within the time-out in all.

        Raises:
            ProviderError: there is no answer.
        """
        with network_failures():
            async with asyncio.timeout(self._account.timeout_seconds):
                response = await self._check(number)
                if response.status_code == httpx.codes.UNAUTHORIZED:
                    # The token was withdrawn before its time.
                    self._token = None
                    response = await self._check(number)
        return _answer(response)

    async def _check(self, number: str) -> httpx.Response:
        token = await self._bearer()
        body = {"phoneNumber": number, "maxAge": self._account.max_age_hours}
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
        return await self._caller.call("POST", self._url, json=body, headers=headers)

    async def _bearer(self) -> SecretStr:
        """The token, fetched anew shortly before it ends, by one of those who need it."""
        async with self._in_turn:
            if self._token is None or self._clock.now() >= self._good_until:
                self._token = await self._fetched()
            return self._token

    async def _fetched(self) -> SecretStr:
        form = {"grant_type": "client_credentials", "scope": self._account.scope}
        url = str(self._account.token_url)
        response = await self._caller.call("POST", url, data=form, auth=self._login)
        content = document(response) if response.status_code == httpx.codes.OK else {}
        token = content.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise _failure(response, "no token")
        said = content.get("expires_in")
        life = timedelta(seconds=min(float(said), 86_400.0) if isinstance(said, int | float) and said > 0 else UNSAID)
        self._good_until = self._clock.now() + life - min(EARLY, life / 2)
        return SecretStr(token)


def _answer(response: httpx.Response) -> Answer:
    if response.status_code in NOT_ANSWERED_FOR:
        return "unknown"
    match document(response).get("swapped"):
        case bool() as swapped if response.status_code == httpx.codes.OK:
            return "swapped" if swapped else "unchanged"
    raise _failure(response, "no answer")


def _failure(response: httpx.Response, what: str) -> ProviderError:
    code = text(document(response), "code") or "none"
    return refused(response, f"{what}: HTTP {response.status_code}, code {code[:40]}")
