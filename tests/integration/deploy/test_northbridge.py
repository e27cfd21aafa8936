"""Northbridge, the platform of the demo, beside a stand-in of the product: a real process, on a free port."""

import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from deploy.demo.clients import create_clients
from deploy.demo.northbridge.results import state_hash
from tests.support.people.demo_world import running, serving
from tests.support.servers.process import free_port


@dataclass
class StandInProduct:
    """Answers as the product would, to see how Northbridge takes it."""

    decision: str = "register"
    status: str = "completed"
    origin: str = ""
    refuses: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "p", "use": "sig", "alg": "ES256"}))

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1.0/interrupts")
        async def interrupts(request: Request, response: Response) -> dict[str, Any]:
            self.tokens.append(request.headers["authorization"].removeprefix("Bearer "))
            self.asked.append(await request.json())
            if self.refuses:
                response.status_code = 400
                return {"code": "requestMalformed"}
            url = {} if self.decision == "none" else {"url": f"{self.origin}/security-info/start?ticket=t"}
            return {"id": "interrupt-1", "decision": self.decision} | url

        @app.post("/v1.0/users/{user_id}/challenges", status_code=404)
        async def challenges(user_id: str) -> dict[str, Any]:
            return {"code": "unknownUser"}

        @app.get("/v1.0/interrupts/{interrupt_id}")
        async def outcome(interrupt_id: str) -> dict[str, Any]:
            return {"id": interrupt_id, "status": self.status, "methods": ["phone"]}

        @app.get("/.well-known/jwks.json")
        async def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        return app

    def result(self, **changes: Any) -> dict[str, str]:
        """The query that a browser brings back."""
        state = self.asked[-1]["state"]
        claims = {
            "iss": self.origin,
            "aud": "northbridge",
            "sub": self.asked[-1]["user"]["id"],
            "tid": "northbridge",
            "exp": int(time.time()) + 100,
            "jti": secrets.token_hex(8),
            "interruptId": "interrupt-1",
            "stateHash": state_hash(state),
            "status": self.status,
            "methods": ["phone"],
        }
        return {"state": state, "result": jwt.encode({"alg": "ES256", "kid": "p"}, claims | changes, self.key)}


@dataclass(frozen=True)
class Stage:
    product: StandInProduct
    browser: httpx.AsyncClient

    async def sign_in(self, user_name: str = "sam@northbridge.example", password: str = "demo") -> httpx.Response:
        return await self.browser.post("/sign-in", data={"userName": user_name, "password": password})

    async def come_back(self, query: dict[str, str]) -> httpx.Response:
        return await self.browser.get("/return", params=query, follow_redirects=True)


@dataclass(frozen=True)
class Northbridge:
    origin: str
    product_port: int


@pytest.fixture(scope="module")
def northbridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Northbridge]:
    home, port, product = tmp_path_factory.mktemp("northbridge"), free_port(), free_port()
    create_clients(home / "clients")
    environment = {
        "SECURITY_INFO_NORTHBRIDGE_PORT": str(port),
        "SECURITY_INFO_DEMO_HOME": str(home),
        "SECURITY_INFO_PUBLIC_URL": f"http://127.0.0.1:{product}",
    }
    with running("northbridge", port, environment) as origin:
        yield Northbridge(origin, product)


@pytest.fixture
async def stage(northbridge: Northbridge) -> AsyncIterator[Stage]:
    product = StandInProduct()
    async with serving(product.app(), northbridge.product_port) as origin:
        product.origin = origin
        async with httpx.AsyncClient(base_url=northbridge.origin, trust_env=False) as browser:
            yield Stage(product, browser)


async def test_a_person_is_sent_to_the_product_and_comes_back_checked(stage: Stage) -> None:
    sent = await stage.sign_in("sam+1@northbridge.example")
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        f"{stage.product.origin}/security-info/start?ticket=t",
    )
    assert "HttpOnly" in sent.headers["set-cookie"]
    [asked] = stage.product.asked
    assert asked["user"]["id"] == "sam.1"
    assert asked["user"]["groups"] == ["frontline"]
    assert (asked["intent"], asked["returnUrl"]) == (
        "signIn",
        f"http://127.0.0.1:{stage.browser.base_url.port}/return",
    )
    jwks = (await stage.browser.get("/jwks.json")).json()
    claims = jwt.decode(stage.product.tokens[0], KeySet.import_key_set(jwks), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["tid"], claims["aud"]) == ("northbridge", "northbridge", stage.product.origin)
    landed = await stage.come_back(stage.product.result())
    assert landed.status_code == 200
    assert landed.url.path == "/home"
    assert "sam+1@northbridge.example" in landed.text
    assert "<li>phone</li>" in landed.text
    assert "We checked this answer" in landed.text


@pytest.mark.parametrize(
    ("status", "words"), [("skipped", "skipped"), ("cancelled", "cancelled"), ("expired", "ended")]
)
async def test_other_endings_are_told_in_words(stage: Stage, status: str, words: str) -> None:
    stage.product.status = status
    await stage.sign_in()
    assert words in (await stage.come_back(stage.product.result())).text


async def test_who_needs_nothing_lands_at_once(stage: Stage) -> None:
    stage.product.decision = "none"
    assert (await stage.sign_in()).headers["location"] == "/home"
    assert "Nothing more was needed" in (await stage.browser.get("/home")).text


async def test_a_result_is_taken_once(stage: Stage) -> None:
    await stage.sign_in()
    query = stage.product.result()
    assert (await stage.come_back(query)).status_code == 200
    assert (await stage.come_back(query)).status_code == 400


@pytest.mark.parametrize("changes", [{"sub": "alex"}, {"exp": 1}, {"stateHash": "x"}, {"status": "skipped"}])
async def test_a_wrong_result_is_refused_clearly(stage: Stage, changes: dict[str, Any]) -> None:
    await stage.sign_in()
    refused = await stage.come_back(stage.product.result(**changes))
    assert refused.status_code == 400
    assert "We can’t accept this answer" in refused.text
    assert "not finished" in (await stage.browser.get("/home")).text


async def test_a_result_of_a_stranger_is_refused(stage: Stage) -> None:
    await stage.sign_in()
    query = stage.product.result()
    stage.browser.cookies.clear()
    assert (await stage.come_back(query)).status_code == 400


async def test_a_second_person_in_the_same_browser_does_not_take_over_the_first_answer(stage: Stage) -> None:
    await stage.sign_in("sam+1@northbridge.example")
    first = stage.product.result()
    await stage.sign_in("sam+2@northbridge.example")
    assert "sam+1@northbridge.example" in (await stage.come_back(first)).text


async def test_security_info_that_is_not_offered_yet_is_said_kindly(stage: Stage) -> None:
    stage.product.decision = "none"
    await stage.sign_in()
    stage.product.refuses = True
    page = await stage.browser.get("/my-security-info")
    assert stage.product.asked[-1]["intent"] == "manage"
    assert "not available yet" in page.text


async def test_a_wrong_password_and_a_foreign_form_are_refused(stage: Stage) -> None:
    assert (await stage.sign_in(password="wrong")).status_code == 401
    foreign = await stage.browser.post("/sign-in", data={}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert stage.product.asked == []


async def test_a_product_that_is_away_is_said_kindly(northbridge: Northbridge) -> None:
    async with httpx.AsyncClient(base_url=northbridge.origin, trust_env=False) as browser:
        form = {"userName": "sam@northbridge.example", "password": "demo"}
        page = await browser.post("/sign-in", data=form)
    assert page.status_code == 503
    assert 'href="/sign-in">Try again</a>' in page.text
    assert f"127.0.0.1:{northbridge.product_port}" in page.headers["content-security-policy"]


async def test_trying_again_goes_on_without_another_sign_in(stage: Stage) -> None:
    await stage.sign_in()
    again = await stage.browser.get("/sign-in")
    assert again.headers["location"].startswith(f"{stage.product.origin}/security-info/start")
    assert (await stage.come_back(stage.product.result())).status_code == 200
