"""One thing that an attacker tried, and what came of it."""

from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass

import httpx

from tests.attack.scene import Scene

REFUSALS = frozenset({401, 403, 404})
"""What the contract answers whoever may not."""


@dataclass(frozen=True)
class Attempt:
    """`why` says how it succeeded; nothing where it was refused. `status` is 0 where nothing was answered by HTTP."""

    what: str
    status: int
    why: str = ""

    @property
    def is_failure(self) -> bool:
        """Of the product."""
        return bool(self.why) or self.status >= 500


@dataclass(frozen=True)
class Plan:
    """How much is tried: `requests` that are generated, and `pairs` whose times are compared."""

    requests: int = 0
    pairs: int = 200


Attack = Callable[[Scene, Plan], AsyncIterator[Attempt]]


def judged(
    what: str, response: httpx.Response, allowed: Collection[int] = REFUSALS, secrets: Collection[str] = ()
) -> Attempt:
    """Refused with one of these statuses, and without telling anything that is secret."""
    if response.status_code not in allowed:
        return Attempt(what, response.status_code, f"answered {response.status_code}: {response.text[:200]}")
    told = [secret for secret in secrets if secret in response.text]
    return Attempt(what, response.status_code, f"tells {told}" if told else "")
