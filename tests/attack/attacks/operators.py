"""Operations: whoever works there, with another right, of another organisation, without a proof, or for themselves."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx

from tests.attack.attempt import REFUSALS, Attempt, Plan, judged
from tests.attack.routes import RIGHTS, Route
from tests.attack.scene import Browser, Scene, interrupted, with_phone, with_software

ALL = frozenset(RIGHTS.values())
ACT = {"reason": "lockedOut", "form": "form-1"}


async def other_rights(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """With every right but the one that a page needs: 403, and nothing of anybody is shown or done."""
    before = await _standing(scene)
    for right in sorted(ALL):
        somebody = await _operator(scene, ALL - {right})
        for route in _routes(scene):
            if route.right == right:
                response = await _visit(somebody, scene, route)
                yield judged(f"{route.name}: without {right}", response, {403}, scene.secrets)
    yield await _unchanged(scene, before)


async def other_tenant(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """An agent of another organisation, with the id of somebody of ours: they are nobody there."""
    before, fred = await _standing(scene), f"fred.{secrets.token_hex(4)}"
    await interrupted(scene.target, fred)
    number = await with_phone(scene.target, fred)
    somebody = await _operator(scene, ALL, client="southgate")
    for route in _routes(scene):
        if "{user_id}" in route.path:
            response = await _visit(somebody, scene, route, user_id=fred)
            yield judged(f"{route.name}: another organisation's", response, {404}, (f"••{number[-4:]}",))
    for named in (fred, f"{fred}@northbridge.example", f"northbridge/{fred}"):
        found = await somebody.post("/operations/people", person=named)
        yield judged("POST /operations/people: another organisation's", found, {404})
    yield await _unchanged(scene, before)


async def unproven(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """The platform vouches for a password and no more."""
    before = await _standing(scene)
    somebody = await _operator(scene, ALL, amr=["pwd"])
    for route in _routes(scene):
        response = await _visit(somebody, scene, route)
        yield judged(f"{route.name}: a password alone", response, REFUSALS, scene.secrets)
    yield await _unchanged(scene, before)


async def protected(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """An agent gives nothing to themselves or to a colleague."""
    mallory, eve = (f"{name}.{secrets.token_hex(4)}" for name in ("mallory", "eve"))
    somebody, _other = await _operator(scene, ALL, user=mallory), await _operator(scene, ALL, user=eve)
    for user, what in ((mallory, "themselves"), (eve, "a colleague")):
        method, _secret = await with_software(scene.target, user)
        for route in _routes(scene):
            if route.method == "POST" and "{user_id}" in route.path:
                response = await _visit(somebody, scene, route, user_id=user, method_id=method)
                yield judged(f"{route.name}: {what}", response, {403}, ("digits secret",))


async def forged_forms(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """An agent who may do all of it, at work, and a form that another site made them send."""
    before, somebody = await _standing(scene), await _operator(scene, ALL)
    for route in scene.target.routes:
        if route.method != "POST" or not route.path.startswith("/operations"):
            continue
        for what, csrf in {"no token": "", "made up": secrets.token_urlsafe(32), "bob's": scene.bobs.csrf}.items():
            for session in (somebody.session, ""):
                response = await _visit(replace(somebody, session=session, csrf=csrf), scene, route)
                yield judged(f"{route.name}: {what}", response, {403}, scene.secrets)
    yield await _unchanged(scene, before)
    there = await somebody.get(f"/operations/people/{scene.places['user_id']}")
    yield Attempt("the agent is where they were", there.status_code, "" if there.status_code == 200 else "is away")


async def _operator(scene: Scene, rights: frozenset[str], *, user: str = "", **fields: Any) -> Browser:
    name = user or f"mallory.{secrets.token_hex(4)}"
    begun = await interrupted(scene.target, name, intent="administer", rights=rights, **fields)
    return await Browser(scene.target).opened(begun["url"], "/operations")


def _routes(scene: Scene) -> list[Route]:
    return [route for route in scene.target.routes if route.right is not None]


async def _visit(browser: Browser, scene: Scene, route: Route, **others: str) -> httpx.Response:
    path = scene.at(route, **others)
    return await (browser.get(path) if route.method == "GET" else browser.post(path, **ACT, person="nobody"))


async def _standing(scene: Scene) -> tuple[object, int]:
    path = f"/v1.0/users/{scene.places['user_id']}/authentication/methods"
    return (await scene.target.done("GET", path))["value"], (await scene.alices.get("/security-info")).status_code


async def _unchanged(scene: Scene, before: object) -> Attempt:
    return Attempt("nothing of alice's changed", 0, "it did" if before != await _standing(scene) else "")
