"""Guesses at codes: many at once, over many challenges, over purposes, across restarts of the verifier."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.kit.crypto import device as protocol
from services.kit.crypto.codes import totp_code
from services.kit.crypto.device import DevicePrivateKey
from tests.attack.attempt import Attempt, Plan
from tests.attack.scene import Scene, interrupted, registered, with_app, with_software
from tests.attack.target import Target

AT_ONCE = 64
OF_A_CHALLENGE = 5
BEFORE_A_PAUSE = 10
"""How many guesses are judged: of one challenge, and of one method before it cools down (NIST SP 800-63B-4, 3.2.2)."""
JUDGED_WITHIN = 60.0
"""Seconds until what was handed in has been judged, at most."""
JUDGED = frozenset({"codeIncorrect", "attemptsExhausted"})
REFUSED = JUDGED | {"challengeEnded", "rateLimited", "methodCoolingDown", "codeExpired", "unavailable"}


async def at_once(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """64 guesses at one challenge at the same moment: five are judged. Then not even the right code is taken."""
    target, user = scene.target, await _somebody(scene, "at-once")
    method, secret = await with_software(target, user)
    challenge = await _asked(target, user, method)
    answers = await asyncio.gather(*(_guess(target, challenge, code) for code in _wrong(target, secret, AT_ONCE)))
    for answer in answers:
        yield _of("one of 64 guesses at once", answer)
    yield _counted("guesses at once", answers, OF_A_CHALLENGE)
    target_code = totp_code(secret, target.clock.now() + timedelta(seconds=30))
    yield _of("the right code afterwards", await _guess(target, challenge, target_code))
    yield await _unproven(target, challenge)


async def over_challenges(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """A new challenge after each five guesses: the method cools down at the tenth."""
    target, user = scene.target, await _somebody(scene, "challenges")
    method, secret = await with_software(target, user)
    answers: list[httpx.Response] = []
    for _round in range(4):
        opened = await _ask(target, user, method)
        if opened.status_code == 423:
            yield Attempt("a challenge in a row", opened.status_code)
            continue
        for code in _wrong(target, secret, OF_A_CHALLENGE + 1):
            answers.append(await _guess(target, opened.json(), code))
            yield _of("a guess at one of many challenges", answers[-1])
    yield _counted("guesses over challenges", answers, BEFORE_A_PAUSE)


async def side_by_side(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Challenges of all purposes, opened first and guessed at together. What fails in a reset counts by itself."""
    target, user = scene.target, await _somebody(scene, "purposes")
    method, secret = await with_software(target, user)
    opened = [
        (await _ask(target, user, method, purpose)).json() for purpose in ("signIn", "stepUp", "passwordReset") * 3
    ]
    codes = _wrong(target, secret, 4 * len(opened))
    guesses = [_guess(target, opened[place % len(opened)], code) for place, code in enumerate(codes)]
    answers = await asyncio.gather(*guesses)
    for answer in answers:
        yield _of("a guess at one of nine challenges at once", answer)
    yield _counted("guesses over purposes at once", answers, 2 * BEFORE_A_PAUSE)
    for challenge in opened:
        yield await _unproven(target, challenge, exhausted=False)


async def over_restarts(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """The verifier forgets nothing when it starts anew."""
    target, user = scene.target, await _somebody(scene, "restarts")
    method, secret = await with_software(target, user)
    challenge = await _asked(target, user, method)
    answers: list[httpx.Response] = []
    for place, code in enumerate(_wrong(target, secret, 8)):
        if place in {2, 4}:
            await target.restart_verifier()
        answers.append(await _guess(target, challenge, code))
        yield _of("a guess across restarts", answers[-1])
    yield _counted("guesses across restarts", answers, OF_A_CHALLENGE)
    yield await _unproven(target, challenge)


async def activation(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """32 codes at once for one handle: five are compared, and the right one is too late. Then handles without end."""
    target = scene.target
    begun = await registered(target, scene.bob, "authenticatorApp")
    path = f"{urlsplit(begun['activationUrl']).path}/activate"
    answers = await asyncio.gather(*(_activate(target, path, f"{number:09}") for number in range(32)))
    wrong = Counter(answer.status_code for answer in answers)
    for answer in answers:
        yield _of("a code of an app", answer, {422, 410})
    yield Attempt("codes of an app at once", 0, f"{wrong[422]} were compared" if wrong[422] > OF_A_CHALLENGE else "")
    yield _of("the right code afterwards", await _activate(target, path, begun["activationCode"]), {410})
    for number in range(20):
        made_up = f"/device/v1/a/{number:08}/activate"
        yield _of("a made-up handle", await _activate(target, made_up, begun["activationCode"]), {422})


async def numbers(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Whoever has the device and not the page tries numbers at once: one wrong number ends the request."""
    target, user = scene.target, await _somebody(scene, "numbers")
    app = await with_app(target, user)
    path = f"/device/v1/requests/{app.request['challengeId']}/answer"

    def signed(number: int) -> str:
        return protocol.sign_answer(
            app.key,
            device_id=app.device_id,
            challenge_id=app.request["challengeId"],
            nonce=app.request["nonce"],
            decision="approve",
            number=f"{number:0{app.request['digits']}}",
            at=target.clock.now(),
        )

    right = int((await _number_of(target, app.request["challengeId"])) or -1)
    tried = [number for number in range(17) if number != right][:16]
    sent = {"Content-Type": "application/jose"}
    answers = await asyncio.gather(
        *(target.call("POST", path, content=signed(number), headers=sent) for number in tried)
    )
    for answer in answers:
        yield _of("a number at once", answer, {401, 409, 422, 429})
    judged = sum(_code(answer) == "numberMismatch" for answer in answers)
    yield Attempt("numbers at once", 0, f"{judged} were compared" if judged > 1 else "")
    late = await target.call("POST", path, content=signed(right), headers=sent)
    yield _of("the right number afterwards", late, {401, 409, 422, 429})


async def _somebody(scene: Scene, mark: str) -> str:
    user = f"{mark}.{scene.bob}"
    await interrupted(scene.target, user)
    return user


async def _ask(target: Target, user: str, method: str, purpose: str = "stepUp") -> httpx.Response:
    body = {"purpose": purpose, "methodId": method}
    return await target.call("POST", f"/v1.0/users/{user}/challenges", body, token=target.token())


async def _asked(target: Target, user: str, method: str) -> dict[str, Any]:
    opened: dict[str, Any] = (await _ask(target, user, method)).json()
    return opened


def _guess(target: Target, challenge: dict[str, Any], code: str) -> Awaitable[httpx.Response]:
    path = f"/v1.0/challenges/{challenge.get('id', 'unknown')}/answer"
    return target.call("POST", path, {"code": code}, token=target.token())


def _activate(target: Target, path: str, code: str) -> Awaitable[httpx.Response]:
    key, now = DevicePrivateKey.generate(), target.clock.now()
    token = protocol.sign_activation(key, code=code, device_name="Phone", aud=target.origin, at=now)
    return target.call("POST", path, content=token, headers={"Content-Type": "application/jose"})


async def _number_of(target: Target, challenge: str) -> str | None:
    found = await target.done("GET", f"/v1.0/challenges/{challenge}")
    return found.get("numberMatch")


def _wrong(target: Target, secret: bytes, count: int) -> list[str]:
    """Codes of none of the minutes around."""
    now = target.clock.now()
    right = {totp_code(secret, now + timedelta(seconds=30 * step)) for step in range(-4, 20)}
    return [code for number in range(count + len(right)) if (code := f"{number:06}") not in right][:count]


def _code(answer: httpx.Response) -> str:
    return str(answer.json().get("code", "")) if answer.content else ""


def _of(what: str, answer: httpx.Response, allowed: set[int] | None = None) -> Attempt:
    """202 says that it is still being judged, as while the verifier starts anew: `_unproven` sees what came of it."""
    is_refused = answer.status_code in allowed if allowed else _code(answer) in REFUSED or answer.status_code == 202
    return Attempt(what, answer.status_code, "" if is_refused else f"{answer.status_code} {answer.text[:200]}")


async def _unproven(target: Target, challenge: dict[str, Any], *, exhausted: bool = True) -> Attempt:
    """Once all that was handed in has been judged, which takes as long as a busy machine needs."""
    until = monotonic() + JUDGED_WITHIN
    while True:
        status = (await target.done("GET", f"/v1.0/challenges/{challenge['id']}"))["status"]
        if status != "pending" or not exhausted or monotonic() > until:
            break
        await asyncio.sleep(0.2)
    allowed = {"failed"} if exhausted else {"failed", "pending", "cancelled"}
    return Attempt("what came of the challenge", 0, "" if status in allowed else f"it is {status}")


def _counted(what: str, answers: Sequence[httpx.Response], most: int) -> Attempt:
    """Of one challenge the last guess may be told more than once that it was: what came after it was not compared."""
    told = Counter((answer.request.url.path, _code(answer)) for answer in answers)
    judged = sum(1 if code == "attemptsExhausted" else count for (_, code), count in told.items() if code in JUDGED)
    return Attempt(f"how many {what} are judged", 0, f"{judged} were: {dict(told)}" if judged > most else "")
