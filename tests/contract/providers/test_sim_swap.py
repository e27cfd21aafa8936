"""CAMARA's SIM Swap API, against a server that speaks it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from services.kit.clock import monotonic
from services.kit.config.sim_swap import SimSwapAccount
from services.notifier.providers.base import OutcomeUnknownError, ProviderError, TransientError
from services.notifier.sim_swap.camara import CamaraSimSwap
from tests.support.clock import FixedClock
from tests.support.services.sim_swap import SECRET, OperatorServer, operator

CHANGED, UNCHANGED, LANDLINE = "+447700900142", "+447700900143", "+442079460018"


class Asking:
    """A client of an operator."""

    def __init__(self, server: OperatorServer, client: httpx.AsyncClient) -> None:
        self.server, self.client, self.clock = server, client, FixedClock()
        self.source = self.made()

    def made(self, secret: SecretStr = SECRET, **fields: object) -> CamaraSimSwap:
        return CamaraSimSwap(self.server.account(**fields), self.client, self.clock, secret=secret)


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    async with operator() as server, httpx.AsyncClient() as client:
        server.swapped, server.known = {CHANGED}, {UNCHANGED}
        yield Asking(server, client)


async def test_what_the_operator_says_of_a_number_is_the_answer(asking: Asking) -> None:
    assert await asking.source.ask(CHANGED) == "swapped"
    assert await asking.source.ask(UNCHANGED) == "unchanged"
    assert await asking.source.ask(LANDLINE) == "unknown"
    asking.server.status = 422
    assert await asking.source.ask(UNCHANGED) == "unknown"
    assert asking.server.checks[0] == {"phoneNumber": CHANGED, "maxAge": 240}


async def test_a_token_is_asked_for_with_scope_and_purpose_and_used_until_shortly_before_its_end(
    asking: Asking,
) -> None:
    for _ in range(2):
        await asking.source.ask(UNCHANGED)
    grant = {"grant_type": "client_credentials", "scope": "dpv:FraudPreventionAndDetection sim-swap:check"}
    assert asking.server.forms == [grant]
    asking.clock.advance(timedelta(seconds=3569))
    await asking.source.ask(UNCHANGED)
    assert len(asking.server.forms) == 1
    asking.clock.advance(timedelta(seconds=1))
    await asking.source.ask(UNCHANGED)
    assert len(asking.server.forms) == 2


@pytest.mark.parametrize(("life", "used"), [(20, 10), (None, 30)])
async def test_a_short_token_is_used_for_half_of_its_life_and_one_of_unknown_life_for_half_a_minute(
    asking: Asking, life: int | None, used: int
) -> None:
    asking.server.life = life
    for seconds, fetched in ((0, 1), (used - 1, 1), (1, 2)):
        asking.clock.advance(timedelta(seconds=seconds))
        await asking.source.ask(UNCHANGED)
        assert len(asking.server.forms) == fetched


async def test_a_token_that_was_withdrawn_is_replaced_at_once(asking: Asking) -> None:
    await asking.source.ask(UNCHANGED)
    asking.server.tokens.clear()
    assert await asking.source.ask(CHANGED) == "swapped"


async def test_a_wrong_secret_is_no_answer_and_names_no_number(asking: Asking) -> None:
    with pytest.raises(TransientError) as raised:
        await asking.made(SecretStr("another")).ask(CHANGED)
    assert str(raised.value) == "no token: HTTP 401, code none"


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
async def test_a_refusal_is_no_answer(asking: Asking, status: int) -> None:
    asking.server.status = status
    with pytest.raises(ProviderError, match=f"HTTP {status}, code UNAVAILABLE"):
        await asking.source.ask(CHANGED)


async def test_silence_ends_with_the_time_out(asking: Asking) -> None:
    asking.server.hangs = True
    began = monotonic()
    with pytest.raises(OutcomeUnknownError):
        await asking.made(timeout_seconds=0.2).ask(CHANGED)
    assert monotonic() - began < 5


async def test_who_cannot_be_reached_gives_no_answer(asking: Asking) -> None:
    asking.server.port = 9
    with pytest.raises(TransientError, match="ConnectError"):
        await asking.made().ask(CHANGED)


@pytest.mark.parametrize("wrong", [{"maxAgeHours": 0}, {"maxAgeHours": 2401}, {"timeoutSeconds": 2.1}, {"scope": ""}])
def test_what_the_api_does_not_take_is_refused_by_the_configuration(wrong: dict[str, object]) -> None:
    account = {
        "baseUrl": "https://api.operator.example/sim-swap/v2",
        "tokenUrl": "https://api.operator.example/token",
        "clientId": "northbridge",
        "clientSecret": "env:SIM_SWAP_SECRET",
    }
    SimSwapAccount.model_validate(account)
    with pytest.raises(ValidationError):
        SimSwapAccount.model_validate(account | wrong)
