"""What strangers, other clients and other people try is refused: the quick part of `make attack`, in this process.

Enrollment and the verifier are the real ones, over documents in memory.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import Request

from tests.attack import sequences
from tests.attack.attacks import enumeration, generated, headers, people, platforms, slow
from tests.attack.attempt import Attack, Attempt, Plan
from tests.attack.lab import Lab, lab_target
from tests.attack.routes import ANY_RIGHT, PUBLIC, Route, routes_of
from tests.attack.scene import Scene, set_up
from tests.attack.table import KINDS
from tests.attack.timing import difference

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]

ELSEWHERE = {slow.crowds, slow.many_idle, enumeration.as_fast, generated.requests, sequences.sequences}
"""`test_slow_clients.py`, and the tests at the end of this file."""
QUICK = [(kind.name, attack) for kind in KINDS for attack in kind.attacks if attack not in ELSEWHERE]


@dataclass(frozen=True)
class Attacked:
    """What is attacked."""

    lab: Lab
    scene: Scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def attacked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Attacked]:
    async with lab_target(tmp_path_factory.mktemp("lab")) as (lab, target):
        yield Attacked(lab, await set_up(target))
        assert lab.log.failures == []


async def tried(attack: Attack, scene: Scene, plan: Plan | None = None) -> list[Attempt]:
    return [attempt async for attempt in attack(scene, plan or Plan())]


@pytest.mark.parametrize("attack", [attack for _, attack in QUICK], ids=[f"{kind}: {a.__name__}" for kind, a in QUICK])
async def test_no_attack_succeeds(attacked: Attacked, attack: Attack) -> None:
    attempts = await tried(attack, attacked.scene)
    assert attempts
    assert [attempt for attempt in attempts if attempt.is_failure] == []


async def test_requests_made_from_the_description_are_answered_as_described(attacked: Attacked) -> None:
    attempts = await tried(generated.requests, attacked.scene, Plan(requests=40))
    assert [attempt for attempt in attempts if attempt.is_failure] == []


async def test_sequences_along_the_links_are_answered_as_described(attacked: Attacked) -> None:
    attempts = await tried(sequences.sequences, attacked.scene, Plan(requests=1000))
    assert [attempt for attempt in attempts if attempt.is_failure] == []
    assert len({attempt.what for attempt in attempts if attempt.status < 300}) > 5


async def test_what_exists_takes_no_longer(attacked: Attacked) -> None:
    attempts = await tried(enumeration.as_fast, attacked.scene, Plan(pairs=50))
    assert [attempt for attempt in attempts if attempt.is_failure] == []


async def test_five_milliseconds_more_are_noticed(attacked: Attacked) -> None:
    """A planted delay, of one answer only, over 200 pairs."""

    (question, *_) = enumeration.questions(attacked.scene)

    async def slower() -> httpx.Response:
        await asyncio.sleep(0.005)
        return await question.known()

    rng = random.Random(1)  # noqa: S311 # an order
    known, unknown = await enumeration.measured(replace(question, known=slower), 200, rng)
    assert difference(known, unknown, rng).is_told


async def test_every_route_is_attacked_or_public_for_a_reason(attacked: Attacked) -> None:
    scene = attacked.scene
    routes = routes_of(attacked.lab.app)
    for route in routes:
        assert scene.at(route, tenant="t", version="v"), "say in the scene what stands for its parameters"
    assert {route.path for route in routes if route.kind == "public"} == PUBLIC.keys()
    assert all(route.scopes for route in routes if route.kind == "platform")
    operations = [route for route in routes if route.path.startswith("/operations")]
    assert {route.path for route in operations if route.right is None} == set(ANY_RIGHT)
    described = {
        route.name for route in routes if route.kind == "platform" and route.method in {"POST", "PUT", "PATCH"}
    }
    bodiless = {
        route.name for route in routes if route.kind == "platform" and route.name in described and not route.bodies
    }
    assert {name.rpartition("/")[2] for name in bodiless} == {"restore", "cancel"}


async def open_to_all(request: Request) -> Any:
    """A route without any guard, that tells what it is asked."""
    return {"asked": str(request.url)}


@pytest.mark.parametrize(
    ("planted", "attack"),
    [
        (Route("GET", "/security-info/forgotten", "page"), people.without_session),
        (Route("POST", "/security-info/forgotten", "page"), people.forged_forms),
        (Route("GET", "/v1.0/users/{user_id}/forgotten", "platform", frozenset({"methods.read"})), platforms.forged),
        (Route("GET", "/v1.0/users/{user_id}/forgotten", "platform", frozenset({"methods.read"})), platforms.unscoped),
        (Route("GET", "/v1.0/users/{user_id}/forgotten", "platform", frozenset({"admin"})), platforms.other_tenant),
        (Route("GET", "/security-info/forgotten", "page"), headers.graded),
    ],
    ids=lambda value: getattr(value, "__name__", None) or value.name,
)
async def test_a_route_that_forgot_its_guard_is_found(attacked: Attacked, planted: Route, attack: Attack) -> None:
    app, scene = attacked.lab.app, attacked.scene
    with ExitStack() as undone:
        undone.callback(app.router.routes.pop)
        app.add_api_route(planted.path, open_to_all, methods=[planted.method])
        if attack is headers.graded:
            undone.callback(app.router.routes.pop)
            app.add_api_route("/security-info/page", page_without_headers, methods=["GET"])
            planted = Route("GET", "/security-info/page", "page")
        narrowed = replace(scene, target=replace(scene.target, routes=[planted]))
        assert any(attempt.why for attempt in await tried(attack, narrowed))


async def page_without_headers() -> Any:
    from fastapi.responses import HTMLResponse

    return HTMLResponse("<p>Hello</p>")
