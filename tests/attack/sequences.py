"""Sequences of generated calls, along the links of the OpenAPI description: what one call made, the next one is about.
No 5xx, answers as they are described; what was made is there, and what was deleted is not.

schemathesis' own machine is not used: hypothesis wants the same calls to be answered alike, and here each call changes
what the next one finds.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from schemathesis import GenerationMode

from services.enrollment.api.links import USER
from tests.attack.attacks.generated import CHECKED, Bearer, judged_by
from tests.attack.attempt import Attempt, Plan
from tests.attack.making import MOST_MADE, Operation, Request, cases, copied, operations_of
from tests.attack.scene import Scene, interrupted, with_software

STEPS = 6
KEY = "idempotency-key"
CHOICE = 100
"""Of so many calls one is generated ahead for each operation, to choose from; at least four."""
MOST = 1_000
"""Sequences; each makes what it is about, so that one costs as much as twenty single calls."""
LANES = 4
"""Sequences at once, each about people of its own."""
WHOLE = ("delete", USER)
"""Erases the person: nothing follows, and it is tried on nobody else's."""


@dataclass
class Sequence:
    """Calls about one person, who has `method`; `gone` are addresses of what was deleted, `made` of what must be
    there. Of a person that `is_own` all may be deleted."""

    bearer: Bearer
    pools: Mapping[str, list[Request]]
    rng: random.Random
    person: str
    method: str
    is_own: bool = False
    made: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    trail: list[str] = field(default_factory=list)
    """What was called before, and the status of its answer."""

    async def calls(self, first: Operation) -> AsyncIterator[Attempt]:
        operation, parameters = first, dict[str, str]()
        for _ in range(STEPS):
            case = self._case(operation, parameters)
            response = await self.bearer.called(case)
            attempt = judged_by(case, response, CHECKED)
            self.trail.append(f"{case.method} {case.path} {response.status_code}")
            yield replace(attempt, why=attempt.why or self._misplaced(case, response.status_code))
            following = self._links(case, response)
            if not following:
                return
            operation, parameters = self.rng.choice(following)

    def _case(self, operation: Operation, parameters: Mapping[str, str]) -> Request:
        case = copied(self.rng.choice(self.pools[_id_of(operation)]))
        of_person = {"user_id": self.person} if "user_id" in (case.path_parameters or {}) else {}
        case.path_parameters = {**(case.path_parameters or {}), **of_person, **parameters}
        # The same key with another body is a conflict, and the same requests are chosen again and again.
        if case.headers:
            case.headers.pop(KEY, None)
        if isinstance(case.body, dict) and self.rng.random() < 0.8:
            case.body = {**case.body, **self._right(case.path)}
        return case

    def _right(self, path: str) -> dict[str, Any]:
        """What a body needs to be taken: of what is refused nothing follows."""
        target = self.bearer.scene.target
        match path.rpartition("/")[2]:
            case "interrupts":
                user = {"id": self.person, "userPrincipalName": f"{self.person}@northbridge.example"}
                known = {"user": {**user, "displayName": "Sequence", "groups": ["everyone"]}, "intent": "signIn"}
                moment = target.clock.now().isoformat()
                return {"returnUrl": target.returns["northbridge"], "authenticatedAt": moment, **known}
            case "challenges":
                return {"purpose": "stepUp", "methodId": self.method, "returnUrl": target.returns["northbridge"]}
            case _:
                return {}

    def _links(self, case: Request, response: Any) -> list[tuple[Operation, dict[str, str]]]:
        described = case.operation.definition.raw["responses"].get(str(response.status_code), {})
        content = response.json() if response.headers.get("content-type", "").startswith("application/json") else None
        found = []
        for link in described.get("links", {}).values():
            operation = self.pools[link["operationId"]][0].operation
            resolved = {name: _value(word, case, content) for name, word in link["parameters"].items()}
            is_whole = (operation.method, operation.path) == WHOLE
            if all(resolved.values()) and (self.is_own or not is_whole):
                found.append((operation, {name: str(value) for name, value in resolved.items()}))
                # A method that must still be proven is there as a registration, and not yet among the methods.
                is_pending = "Methods/" in operation.path and bool((content or {}).get("challenge"))
                if operation.method == "get" and case.method == "POST" and not is_pending:
                    self.made.add(operation.path.format(**resolved))
        return found

    def _misplaced(self, case: Request, status: int) -> str:
        """What is there and should not be, or the other way round."""
        address = case.path.format(**(case.path_parameters or {}))
        if case.method == "DELETE" and status < 300:
            self.gone.add(address)
            if (case.operation.method, case.path) == WHOLE:
                self.made.clear()
        if case.method == "GET" and status == 200 and address in self.gone:
            return f"it was deleted, and is there: {', '.join(self.trail)}"
        if case.method == "GET" and status == 404 and address in self.made - self.gone:
            return f"it was made, and is not there: {', '.join(self.trail)}"
        return ""


def count_of(plan: Plan) -> int:
    return min(MOST, plan.requests // 25)


async def sequences(scene: Scene, plan: Plan) -> AsyncIterator[Attempt]:
    """One for each 25 calls that are generated one at a time."""
    operations = await operations_of(scene)
    first = [operation for operation in operations if _links_of(operation)]
    linked = {_id_of(operation) for operation in first} | {
        link["operationId"] for operation in first for link in _links_of(operation)
    }
    modes = (GenerationMode.POSITIVE,) * 3 + (GenerationMode.NEGATIVE,)
    each = min(MOST_MADE, max(1, plan.requests // CHOICE // len(modes)))
    pools = {
        _id_of(operation): [case for number, mode in enumerate(modes) for case in cases(operation, mode, each, number)]
        for operation in operations
        if _id_of(operation) in linked
    }
    numbers = iter(range(max(len(first), count_of(plan))))
    told: asyncio.Queue[Attempt | None] = asyncio.Queue(maxsize=LANES)

    async def lane(mark: int) -> None:
        """Takes the next one as long as there is one."""
        shared = f"sequences.lane{mark}.{scene.bob}"
        await interrupted(scene.target, shared)
        method, _ = await with_software(scene.target, shared)
        rng = random.Random(plan.requests + mark)  # noqa: S311 # which calls follow
        for number in numbers:
            operation = first[number % len(first)]
            is_own = operation.path.endswith("interrupts")
            person = f"sequences.{number}.{scene.bob}" if is_own else shared
            async for attempt in Sequence(Bearer(scene), pools, rng, person, method, is_own).calls(operation):
                await told.put(attempt)

    async def all_of_them() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for mark in range(LANES):
                    group.create_task(lane(mark))
        finally:
            await told.put(None)

    running = asyncio.create_task(all_of_them())
    while (attempt := await told.get()) is not None:
        yield attempt
    await running


def _id_of(operation: Operation) -> str:
    return str(operation.definition.raw["operationId"])


def _links_of(operation: Operation) -> list[dict[str, Any]]:
    responses = operation.definition.raw["responses"].values()
    return [link for response in responses for link in response.get("links", {}).values()]


def _value(expression: str, case: Request, content: Any) -> Any:
    """What a runtime expression of a link stands for; None where it is not there."""
    if expression.startswith("$request.path."):
        return (case.path_parameters or {}).get(expression.removeprefix("$request.path."))
    found: Any = case.body if expression.startswith("$request.body") else content
    for part in expression.partition("#/")[2].split("/"):
        try:
            found = found[int(part)] if isinstance(found, list) else found[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return found
