"""Every route of platforms, with tokens that nobody may accept, and with good ones of somebody else."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from tests.attack.attempt import Attempt, Plan, judged
from tests.attack.routes import Route
from tests.attack.scene import Scene, with_software
from tests.attack.target import OPERATORS, SCOPES, forged_tokens

OF_A_CLIENT = ("{challenge_id}", "{interrupt_id}")
"""What another client of the same tenant does not see."""

BEGINS_AN_ACCOUNT = ("/registrations", "/phoneMethods", "/emailMethods", "/hardwareOathMethods")

BEYOND_THE_TENANT = frozenset({400, 401, 403, 404, 409, 412, 422})
"""Another tenant may be told more of its own request, but is never served what is not its own."""


async def forged(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """No token, and tokens with something wrong with them: 401, whatever the route."""
    for route in _routes(scene):
        for what, token in {"no token": None, **forged_tokens(scene.target)}.items():
            headers = {} if token is None else {"Authorization": f"Bearer {token}".strip().encode()}
            response = await _call(scene, route, headers=headers)
            yield judged(f"{route.name}: {what}", response, {401}, scene.secrets)
        for scheme in ("Basic", "DPoP", ""):
            response = await _call(scene, route, headers={"Authorization": f"{scheme} {scene.target.token()}".strip()})
            yield judged(f"{route.name}: scheme {scheme!r}", response, {401}, scene.secrets)


async def unscoped(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """A token with all scopes but those that the route needs: 403."""
    for route in _routes(scene):
        assert route.scopes, f"{route.name} takes any token"
        lacking = SCOPES | OPERATORS
        response = await _call(scene, route, token=scene.target.token(scopes=lacking - route.scopes))
        yield judged(f"{route.name}: without its scope", response, {403}, scene.secrets)
        for scope in sorted(route.scopes - {"challenges"}) if "challenges" in route.scopes else ():
            response = await _call(scene, route, token=scene.target.token(scopes=frozenset({scope})))
            yield judged(f"{route.name}: a sign-in's challenge with {scope}", response, {403}, scene.secrets)
    body = _interrupt(scene) | {"intent": "administer"}
    response = await scene.target.call("POST", "/v1.0/interrupts", body, token=scene.target.token())
    yield judged("POST /v1.0/interrupts: to administer without admin", response, {403})


async def other_tenant(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Good tokens of another tenant: what is alice's is 404, lists have nothing of hers."""
    token = scene.target.token("southgate", SCOPES | OPERATORS)
    before = await _methods(scene)
    for route in sorted(_routes(scene), key=_makes_an_account):
        for place, body in enumerate(route.bodies or (None,)):
            response = await _call(scene, route, token=token, body=body)
            is_own = "{" not in route.path or _makes_an_account(route)
            allowed = BEYOND_THE_TENANT | {200, 201} if is_own else BEYOND_THE_TENANT
            secrets = [secret for secret in scene.secrets if secret != scene.places["user_id"]]
            yield judged(f"{route.name}: another tenant's, body {place}", response, allowed, secrets)
    changed = before != await _methods(scene)
    yield Attempt("nothing of alice's changed", 0, "her methods did" if changed else "")


async def other_client(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Another client of the same tenant: challenges and interrupts are those of whoever opened them. 403 where the
    configuration gives it no scope for that at all."""
    if "example" not in scene.target.keys:
        return
    token = scene.target.token("example", SCOPES | OPERATORS)
    for route in _routes(scene):
        if any(place in route.path for place in OF_A_CLIENT):
            yield judged(
                f"{route.name}: another client's", await _call(scene, route, token=token), {403, 404}, scene.secrets
            )


async def other_person(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """The right client with bob's id and what is alice's below it."""
    before = await _methods(scene)
    for route in _routes(scene):
        if route.path.count("{") < 2:
            continue
        response = await scene.target.call(
            route.method, scene.at(route, user_id=scene.bob), _first(route), token=scene.target.token()
        )
        yield judged(f"{route.name}: below another person", response, {404}, scene.secrets)
    body = {"methodId": scene.places["method_id"]}
    for method, path in (("PUT", "authentication/defaultMethod"), ("POST", "challenges")):
        response = await scene.target.call(
            method, f"/v1.0/users/{scene.bob}/{path}", {**body, **_purpose(path)}, token=scene.target.token()
        )
        yield judged(f"{method} {path}: another person's method in the body", response, {404}, scene.secrets)
    changed = before != await _methods(scene)
    yield Attempt("nothing of alice's changed", 0, "her methods did" if changed else "")


async def replayed(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """What counts once is refused again; the key of a repeated call gives another client nothing."""
    target, user = scene.target, scene.bob
    method, _secret = await with_software(target, user)
    asked = await target.done("POST", f"/v1.0/users/{user}/challenges", {"purpose": "stepUp", "methodId": method})
    path = f"/v1.0/challenges/{asked['id']}/answer"
    for _time in range(2):
        response = await target.call("POST", path, {"code": "000000"}, token=target.token())
    yield judged("a wrong code twice", response, {409, 422})
    key = {"Idempotency-Key": f"key-{asked['id']}"}
    path = f"/v1.0/users/{user}/authentication/temporaryAccessPassMethods"
    first = await target.call("POST", path, {}, token=target.token(), headers=key)
    assert first.status_code == 201, first.text
    other = await target.call("POST", path, {"isUsableOnce": True}, token=target.token(), headers=key)
    yield judged("a key with another body", other, {409}, [first.json()["temporaryAccessPass"]])
    foreign = await target.call("POST", path, {}, token=target.token("southgate"), headers=key)
    yield judged("a key of another client's", foreign, {404}, [first.json()["temporaryAccessPass"]])


def _routes(scene: Scene) -> list[Route]:
    return [route for route in scene.target.routes if route.kind == "platform"]


async def _call(scene: Scene, route: Route, *, body: object = None, **more: Any) -> httpx.Response:
    given = _first(route) if body is None else body
    if route.path == "/v1.0/interrupts":
        given = _interrupt(scene)
    return await scene.target.call(route.method, scene.at(route), given, **more)


def _makes_an_account(route: Route) -> bool:
    """Ids are opaque: what another tenant registers for the same one is for somebody else, of its own."""
    return route.method == "POST" and route.path.endswith(BEGINS_AN_ACCOUNT)


def _first(route: Route) -> object:
    return route.bodies[0] if route.bodies else None


def _purpose(path: str) -> Mapping[str, str]:
    return {"purpose": "stepUp"} if path == "challenges" else {}


def _interrupt(scene: Scene) -> dict[str, Any]:
    target = scene.target
    user = {"id": scene.places["user_id"], "userPrincipalName": "mallory@evil.example", "displayName": "Mallory"}
    return {
        "user": user,
        "returnUrl": target.returns["northbridge"],
        "authenticatedAt": target.clock.now().isoformat(),
    }


async def _methods(scene: Scene) -> object:
    path = f"/v1.0/users/{scene.places['user_id']}/authentication/methods"
    return (await scene.target.done("GET", path))["value"]
