"""Sequences of generated calls, along the links of the OpenAPI description: what one call made, the next one is about.
No 5xx, answers as they are described, and nothing that was deleted is there."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import schemathesis.openapi
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from tests.attack.attempt import Attempt, Plan
from tests.attack.generated import as_it_is, described
from tests.attack.scene import Scene, interrupted, with_software

__all__ = ["as_it_is", "sequences"]

CHECKED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.allow_header_conformance,
    checks.use_after_free,
    checks.ensure_resource_availability,
]
"""All there are, but for three: that wrong data is refused and right data taken is tried one call at a time
(`generated.py`), since here somebody who exists is put into the path; that nobody gets in without a token by
`platforms.py`, over all routes."""
ENDLESS = r"(/events|/stream)$"
STEPS = 8
OF_A_SEQUENCE = 5
"""Calls, on average: some sequences end early."""
AT_MOST = 20.0
"""Seconds: an answer waits at most 10 for a verdict."""


async def sequences(scene: Scene, plan: Plan) -> AsyncIterator[Attempt]:
    """About a fifth of the calls that are generated one at a time."""
    document = await described(scene)
    person = f"sequences.{scene.bob}"
    await interrupted(scene.target, person)
    await with_software(scene.target, person)
    made = await asyncio.to_thread(_run, document, scene, person, max(4, plan.requests // 5 // OF_A_SEQUENCE))
    for attempt in made:
        yield attempt


def _run(document: dict[str, Any], scene: Scene, person: str, count: int) -> list[Attempt]:
    """What came of so many sequences."""
    made: list[Attempt] = []
    rng = random.Random(count)  # noqa: S311 # who calls are about
    schema = schemathesis.openapi.from_dict(document).exclude(path_regex=ENDLESS)
    address = scene.target.address or scene.target.origin

    class Sequences(schema.as_state_machine()):  # type: ignore[misc]  # made by a function
        """One sequence after the other; one that fails is noted, and does not end the others."""

        def before_call(self, case: Case) -> None:
            if "user_id" in (case.path_parameters or {}) and rng.random() < 0.5:
                case.path_parameters = {**case.path_parameters, "user_id": person}

        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {scene.target.token()}"}
            return {"base_url": address, "headers": headers, "timeout": AT_MOST}

        def validate_response(self, response: Response, case: Case, *_: object, **__: object) -> None:
            made.append(_judged(response, case, self.recorder))

    tried = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(count)(Sequences), settings=tried)
    return made


def _judged(response: Response, case: Case, recorder: Any) -> Attempt:
    what = f"{case.method} {case.path}"
    try:
        case.validate_response(response, checks=CHECKED, recorder=recorder)
    except (Failure, FailureGroup) as failure:
        shown = [str(found) for found in getattr(failure, "exceptions", (failure,))]
        sent = repr((case.path_parameters, case.query, case.body))[:300]
        return Attempt(what, response.status_code, f"{shown[0][:300]} | sent {sent}")
    return Attempt(what, response.status_code)
