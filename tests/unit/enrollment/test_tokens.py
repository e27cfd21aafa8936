"""Who calls: a token counts for what its client may ask for, and by keys that its client published of late."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.enrollment import tokens as tokens_module
from services.enrollment.app import require_sound
from services.enrollment.config import Config
from services.enrollment.tokens import HOUR, JWKS_LIFE, JWKS_RETRY, ClientKeys, ClientTokens
from services.kit.config.clients import Client
from services.kit.config.file import ConfigError
from services.kit.errors import ScopeMissingError, TokenInvalidError, UnavailableError
from tests.support.clock import NOON, FixedClock

AUDIENCE = "https://security.example"
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"}, private=True)
OTHER = ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"}, private=True)
CLIENT = {
    "issuer": "https://id.northbridge.example",
    "tenants": ["northbridge"],
    "scopes": ["interrupts", "methods.read"],
    "jwksUrl": "https://id.northbridge.example/jwks.json",
    "returnUrls": ["https://id.northbridge.example/"],
}
TENANTS = {"northbridge": {"displayName": "Northbridge", "groups": {"staff": {}}, "defaultGroup": "staff"}}


@dataclass
class Platform:
    """Publishes keys, unless it is out of reach."""

    keys: list[ECKey] = field(default_factory=lambda: [KEY])
    is_up: bool = True
    asked: int = 0

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        if not self.is_up:
            return httpx.Response(503)
        return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})


@dataclass
class Timer:
    """Seconds that a test lets pass."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def config(**client: Any) -> Config:
    return Config.model_validate({"tenants": TENANTS, "clients": {"northbridge": CLIENT | client}})


def token(scope: str, **claims: Any) -> str:
    now = int(NOON.timestamp())
    usual = {"iss": CLIENT["issuer"], "aud": AUDIENCE, "iat": now, "exp": now + 300, "jti": "j", "tid": "northbridge"}
    return jwt.encode({"alg": "ES256", "kid": KEY.kid}, usual | {"scope": scope} | claims, KEY, algorithms=["ES256"])


def tokens(**client: Any) -> ClientTokens:
    return ClientTokens(config(**client), AUDIENCE, FixedClock(), Platform().client())


async def test_a_token_has_the_scopes_that_it_asks_for_of_those_that_its_client_has() -> None:
    caller = await tokens().check(token("interrupts"))
    assert (caller.client_id, caller.tenant, caller.scopes) == ("northbridge", "northbridge", frozenset({"interrupts"}))
    with pytest.raises(ScopeMissingError):
        caller.require("methods.read")


@pytest.mark.parametrize("asked", ["admin", "interrupts admin", "methods.write", "policies.write interrupts"])
async def test_a_client_does_not_choose_its_own_scopes(asked: str) -> None:
    with pytest.raises(ScopeMissingError) as caught:
        await tokens().check(token(asked))
    assert caught.value.status == 403
    assert caught.value.detail is not None
    assert "does not give it the scope" in caught.value.detail


async def test_a_client_of_which_nothing_is_said_may_ask_for_nothing() -> None:
    with pytest.raises(ScopeMissingError):
        await tokens(scopes=[]).check(token("interrupts"))


async def test_a_scope_of_somebody_elses_is_left_alone() -> None:
    caller = await tokens().check(token("interrupts openid"))
    caller.require("interrupts")


async def test_what_a_client_may_do_is_told_to_nobody_without_a_genuine_token() -> None:
    with pytest.raises(TokenInvalidError):
        await tokens().check(token("admin", tid="southgate"))


def test_enrollment_does_not_start_with_a_client_that_may_call_nothing() -> None:
    require_sound(config())
    with pytest.raises(ConfigError, match=r"^SECURITY_INFO_CONFIG: clients\.northbridge\.scopes: none, .*interrupts, "):
        require_sound(config(scopes=[]))


def test_a_scope_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="scopes"):
        config(scopes=["everything"])


def keys_of(platform: Platform, timer: Timer, **client: Any) -> ClientKeys:
    return ClientKeys("northbridge", Client.model_validate(CLIENT | client), platform.client(), timer)


def ids(keys: Any) -> list[str]:
    return [key.kid for key in keys.keys]


@dataclass
class Checking:
    """Signatures that were checked, and a client whose keys and whose clock a test has in its hands."""

    platform: Platform = field(default_factory=Platform)
    clock: FixedClock = field(default_factory=FixedClock)
    timer: Timer = field(default_factory=Timer)
    signatures: int = 0

    def tokens(self, monkeypatch: pytest.MonkeyPatch) -> ClientTokens:
        check = tokens_module._verified

        def counted(token: str, keys: Any) -> Mapping[str, Any]:
            self.signatures += 1
            return check(token, keys)

        monkeypatch.setattr(tokens_module, "_verified", counted)
        return ClientTokens(config(), AUDIENCE, self.clock, self.platform.client(), self.timer)


async def test_the_signature_of_the_same_token_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checking = Checking()
    checked, given = checking.tokens(monkeypatch), token("interrupts")
    first = await checked.check(given)
    assert (await checked.check(given), checking.signatures) == (first, 1)
    await checked.check(token("interrupts", jti="another"))
    assert checking.signatures == 2


async def test_a_token_that_was_good_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    checking = Checking()
    checked, given = checking.tokens(monkeypatch), token("interrupts")
    await checked.check(given)
    checking.clock.advance(timedelta(minutes=5))
    with pytest.raises(TokenInvalidError):
        await checked.check(given)


async def test_a_token_that_was_good_ends_with_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    checking = Checking()
    checked, given = checking.tokens(monkeypatch), token("interrupts")
    await checked.check(given)
    checking.platform.keys = [OTHER]
    checking.timer.seconds += JWKS_LIFE
    with pytest.raises(TokenInvalidError):
        await checked.check(given)


async def test_a_token_that_was_good_waits_for_keys_that_may_still_count(monkeypatch: pytest.MonkeyPatch) -> None:
    checking = Checking()
    checked, given = checking.tokens(monkeypatch), token("interrupts")
    await checked.check(given)
    checking.platform.is_up = False
    checking.timer.seconds += 1000 * HOUR
    with pytest.raises(UnavailableError):
        await checked.check(given)


async def test_a_wrong_signature_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    checking = Checking()
    checked, given = checking.tokens(monkeypatch), token("interrupts")
    head, _, signature = given.rpartition(".")
    for _ in range(2):
        with pytest.raises(TokenInvalidError):
            await checked.check(f"{head}.{signature[::-1]}")
    assert checking.signatures == 2
    assert (await checked.check(given)).client_id == "northbridge"


async def test_keys_are_kept_and_fetched_again_when_they_are_old_or_one_is_unknown() -> None:
    platform, timer = Platform(), Timer()
    keys = keys_of(platform, timer)
    for _ in range(2):
        assert ids(await keys.current("one")) == ["one"]
    await keys.current("unknown")
    assert platform.asked == 1
    timer.seconds += JWKS_RETRY
    platform.keys = [KEY, OTHER]
    assert ids(await keys.current("two")) == ["one", "two"]
    assert platform.asked == 2
    timer.seconds += JWKS_LIFE
    platform.keys = [OTHER]
    assert ids(await keys.current("one")) == ["two"]


@pytest.mark.parametrize("hours", [1, 24, 168])
async def test_keys_count_no_longer_than_allowed_while_none_can_be_fetched(hours: int) -> None:
    platform, timer = Platform(), Timer()
    keys = keys_of(platform, timer, jwksStaleHours=hours)
    await keys.current("one")
    platform.is_up = False
    for _ in range(hours):
        timer.seconds += HOUR
        assert ids(await keys.current("one")) == ["one"]
    timer.seconds += JWKS_RETRY
    with pytest.raises(UnavailableError):
        await keys.current("one")
    platform.is_up, platform.keys = True, [OTHER]
    timer.seconds += JWKS_RETRY
    assert ids(await keys.current("one")) == ["two"]


async def test_nothing_is_stale_where_the_configuration_says_so() -> None:
    platform, timer = Platform(), Timer()
    keys = keys_of(platform, timer, jwksStaleHours=0)
    await keys.current("one")
    platform.is_up = False
    timer.seconds += JWKS_LIFE - 1
    await keys.current("one")
    timer.seconds += 2
    with pytest.raises(UnavailableError):
        await keys.current("one")


async def test_a_platform_out_of_reach_is_asked_every_five_seconds_and_told_of() -> None:
    platform, timer = Platform(is_up=False), Timer()
    keys = keys_of(platform, timer)
    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(UnavailableError):
                await keys.current("one")
        assert platform.asked == 1
        platform.is_up = True
        timer.seconds += JWKS_RETRY
        await keys.current("one")
        platform.is_up = False
        timer.seconds += 2 * HOUR
        await keys.current("one")
    told = [line for line in lines if line["event"] == "key set of a client cannot be had"]
    assert [line.get("hours_old") for line in told] == [None, 2.0]
    assert told[-1]["counts_for_hours"] == 24
    assert measured("security_info_client_keys_age_seconds", {}) == 2 * HOUR
    assert measured("security_info_client_keys_fetches_total", {"result": "failed"}) >= 2


def measured(name: str, labels: Mapping[str, str]) -> float:
    found = REGISTRY.get_sample_value(name, {"client": "northbridge", **labels})
    assert found is not None
    return found


async def test_who_names_a_key_that_nobody_has_keeps_nobody_waiting() -> None:
    is_asked, may_answer, published = asyncio.Event(), asyncio.Event(), Platform()
    may_answer.set()

    async def answer(asked: httpx.Request) -> httpx.Response:
        is_asked.set()
        await may_answer.wait()
        return published._answer(asked)

    timer = Timer()
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    keys = ClientKeys("northbridge", Client.model_validate(CLIENT), client, timer)
    known = await keys.current("one")
    is_asked.clear()
    may_answer.clear()
    timer.seconds += JWKS_RETRY
    forged = asyncio.create_task(keys.current("nobody's"))
    async with asyncio.timeout(5):
        await is_asked.wait()
        assert await keys.current("one") is known
    may_answer.set()
    await forged
    assert published.asked == 2
