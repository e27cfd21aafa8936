"""Every route of devices, with another device's key, for another address, again, or at another time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx

from services.kit.crypto import device as protocol
from services.kit.crypto.device import DevicePrivateKey
from services.kit.ids import new_id
from tests.attack.attempt import Attempt, Plan, judged
from tests.attack.scene import App, Scene, device_token
from tests.attack.target import forged_tokens

LATE = timedelta(minutes=5)
SENT = {"Content-Type": "application/jose"}
ENDLESS = 5.0
"""Seconds after which a stream counts as opened."""


async def requests(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """What a device fetches, and what it says in the header's name alone."""
    for route in scene.target.routes:
        if route.kind == "device" and "{challenge_id}" not in route.path:
            path = scene.at(route)
            tokens = {"no token": None, **forged_tokens(scene.target), **_wrong_tokens(scene, route.method, path)}
            for what, token in tokens.items():
                yield judged(
                    f"{route.name}: {what}", await _call(scene, route.method, path, token), {401}, scene.secrets
                )


async def replayed(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """A token that was good once, also at the other route, and by many at once."""
    target, path = scene.target, "/device/v1/requests"
    token = device_token(target, scene.bobs_app, path)
    answers = await asyncio.gather(*(target.call("GET", path, token=token) for _ in range(16)))
    taken = sum(answer.is_success for answer in answers)
    yield Attempt("one token, 16 times at once", 200, f"{taken} were taken" if taken != 1 else "")
    yield judged("the same later", await target.call("GET", path, token=token), {401}, scene.secrets)


async def answers(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """What a device answers: alice's request by bob's device, with another key, a wrong nonce, late, and elsewhere."""
    for route in scene.target.routes:
        if route.kind != "device" or "{challenge_id}" not in route.path:
            continue
        path = route.at({"challenge_id": scene.alices_app.request["challengeId"]})
        for what, token in {"nothing": "", **_wrong_answers(scene), **forged_tokens(scene.target)}.items():
            response = await scene.target.call("POST", path, content=token.encode(), headers=SENT)
            yield judged(f"{route.name}: {what}", response, {401}, scene.secrets)
        elsewhere = route.at({"challenge_id": scene.bobs_app.request["challengeId"]})
        good = _answer(scene, scene.alices_app)
        response = await scene.target.call("POST", elsewhere, content=good, headers=SENT)
        yield judged(f"{route.name}: at another request", response, {401}, scene.secrets)
    waiting = await scene.target.call(
        "GET", "/device/v1/requests", token=device_token(scene.target, scene.alices_app, "/device/v1/requests")
    )
    is_open = scene.alices_app.request["challengeId"] in waiting.text
    yield Attempt("alice's request is still open", waiting.status_code, "" if is_open else "it was answered")


def _wrong_tokens(scene: Scene, method: str, path: str) -> dict[str, str]:
    target, alice, bob = scene.target, scene.alices_app, scene.bobs_app
    now = target.clock.now()

    def token(app: App, path: str, **changed: Any) -> str:
        return device_token(target, app, path, **{"htm": method, **changed})

    return {
        "another device's key": token(App(bob.key, alice.device_id, {}), path),
        "a stranger's key": token(App(DevicePrivateKey.generate(), alice.device_id, {}), path),
        "an unknown device": token(App(alice.key, new_id(), {}), path),
        "another method": token(alice, path, htm="POST" if method == "GET" else "GET"),
        "another address": token(alice, path, htu=f"{target.origin}/device/v1/elsewhere"),
        "with a query": token(alice, path, htu=f"{target.origin}{path}?a=b"),
        "another host": token(alice, path, htu=f"https://elsewhere.example{path}"),
        "another audience": token(alice, path, aud="https://elsewhere.example"),
        "too old": token(alice, path, at=now - LATE),
        "from the future": token(alice, path, at=now + LATE),
        "an answer": _answer(scene, alice),
        "an activation": _activation(scene),
    }


def _wrong_answers(scene: Scene) -> dict[str, str]:
    alice, bob, now = scene.alices_app, scene.bobs_app, scene.target.clock.now()
    as_alice = App(bob.key, alice.device_id, alice.request)
    return {
        "bob's device": _answer(scene, App(bob.key, bob.device_id, alice.request)),
        "alice's device with bob's key": _answer(scene, as_alice),
        "another nonce": _answer(scene, alice, nonce=str(bob.request["nonce"])),
        "another challenge": _answer(scene, alice, challenge_id=str(bob.request["challengeId"])),
        "too old": _answer(scene, alice, at=now - LATE),
        "from the future": _answer(scene, alice, at=now + LATE),
        "a token for requests": device_token(scene.target, alice, "/device/v1/requests"),
        "an activation": _activation(scene),
    }


def _answer(scene: Scene, app: App, **changed: Any) -> str:
    given: dict[str, Any] = {
        "device_id": app.device_id,
        "challenge_id": app.request["challengeId"],
        "nonce": app.request["nonce"],
        "decision": "approve",
        "number": "00",
        "at": scene.target.clock.now(),
    }
    return protocol.sign_answer(app.key, **(given | changed))


def _activation(scene: Scene) -> str:
    target = scene.target
    return protocol.sign_activation(
        scene.alices_app.key, code="000000000", device_name="Phone", aud=target.origin, at=target.clock.now()
    )


async def _call(scene: Scene, method: str, path: str, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}".strip().encode()}
    try:
        async with asyncio.timeout(ENDLESS):
            return await scene.target.call(method, path, headers=headers)
    except TimeoutError:
        return httpx.Response(200, text="a stream was opened")
