"""Who and what exists: what there is and what there is not is answered alike, in words, headers, length and time."""

import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import httpx

from services.kit.crypto.device import DevicePrivateKey
from services.kit.ids import new_id
from tests.attack.attempt import Attempt, Plan
from tests.attack.scene import App, Scene, device_token
from tests.attack.timing import difference

Call = Callable[[], Awaitable[httpx.Response]]

OWN_TO_EACH = frozenset({"date", "x-request-id", "traceparent"})


@dataclass(frozen=True)
class Question:
    """The same about something that there is, and about something that there is not."""

    what: str
    known: Call
    unknown: Call


async def alike(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Status, headers, length and text."""
    for question in questions(scene):
        known, unknown = await question.known(), await question.unknown()
        told = [name for name, of in DESCRIBED.items() if of(known) != of(unknown)]
        why = f"told by {told}: {known.text[:150]} | {unknown.text[:150]}" if told else ""
        yield Attempt(question.what, known.status_code, why)


async def as_fast(scene: Scene, plan: Plan) -> AsyncIterator[Attempt]:
    """Time, over so many pairs, in an order that chance decides. What is told apart is measured once more: a busy
    machine's difference does not come again."""
    rng = random.Random(1)  # noqa: S311 # an order
    for question in questions(scene):
        found = difference(*await measured(question, plan.pairs, rng), rng)
        if found.is_told:
            found = difference(*await measured(question, plan.pairs, rng), rng)
        yield Attempt(f"{question.what}: {plan.pairs} pairs", 0, f"takes {found} longer" if found.is_told else "")


async def measured(question: Question, pairs: int, rng: random.Random) -> tuple[Sequence[float], Sequence[float]]:
    """Seconds that both calls of each pair took."""
    times: dict[Call, list[float]] = {question.known: [], question.unknown: []}
    for _ in range(pairs):
        for call in rng.sample(list(times), 2):
            began = perf_counter()
            await call()
            times[call].append(perf_counter() - began)
    return times[question.known], times[question.unknown]


def questions(scene: Scene) -> list[Question]:
    """What strangers and other tenants might ask."""
    target = scene.target
    stranger = DevicePrivateKey.generate()

    def foreign(path: str) -> Call:
        token = target.token("southgate")
        return lambda: target.call("GET", path, token=token)

    def page(browser_session: str) -> Call:
        kept = replace(scene.alices, cookies={"security-info": f"{browser_session}.{secrets.token_urlsafe(24)}"})
        return lambda: kept.get("/security-info")

    def device(device_id: str) -> Call:
        path = "/device/v1/requests"
        return lambda: target.call("GET", path, token=device_token(target, App(stranger, device_id, {}), path))

    def by_client(client: str) -> Call:
        token = target.changed_token("northbridge", iss=client)
        forged = f"{token.rpartition('.')[0]}.{'A' * 86}"
        return lambda: target.call("GET", "/v1.0/policies/securityQuestions", token=forged)

    return [
        Question(
            "another tenant's user",
            foreign(f"/v1.0/users/{scene.bob}/authentication/methods"),
            foreign(f"/v1.0/users/{'x' * len(scene.bob)}/authentication/methods"),
        ),
        Question(
            "another tenant's challenge",
            foreign(f"/v1.0/challenges/{scene.places['challenge_id']}"),
            foreign(f"/v1.0/challenges/{new_id()}"),
        ),
        Question(
            "another tenant's interrupt",
            foreign(f"/v1.0/interrupts/{scene.places['interrupt_id']}"),
            foreign(f"/v1.0/interrupts/{new_id()}"),
        ),
        Question("a session's id", page(scene.alices.session), page(new_id())),
        Question("a device's id", device(scene.alices_app.device_id), device(new_id())),
        Question("a client's name", by_client("northbridge"), by_client("northbridgX")),
    ]


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in OWN_TO_EACH}


def _text(response: httpx.Response) -> object:
    is_problem = response.headers.get("content-type") == "application/problem+json"
    return (
        {name: value for name, value in response.json().items() if name != "traceId"} if is_problem else response.text
    )


DESCRIBED: dict[str, Callable[[httpx.Response], object]] = {
    "status": lambda response: response.status_code,
    "headers": _headers,
    "length": lambda response: len(response.content),
    "text": _text,
}
