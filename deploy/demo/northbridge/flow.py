"""The use cases of Northbridge: sign in, ask the product, take its answer."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from deploy.demo.clock import Now
from deploy.demo.northbridge.product import Product, ProductRefusedError, ProductUnreachableError
from deploy.demo.northbridge.results import Expected, Result, ResultRefusedError, SeenResults, verify
from deploy.demo.northbridge.sessions import Awaited, Outcome, Session, Sessions, Status

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Platform:
    """What the use cases work with."""

    product: Product
    sessions: Sessions
    seen: SeenResults
    now: Now
    return_url: str


async def ask_product(platform: Platform, session: Session, intent: str) -> str | None:
    """Ask about the person signed in; returns where the browser must go, or None if it may go on.

    Raises:
        ProductUnreachableError: no answer.
        ProductRefusedError: the product refuses the question.
    """
    state = secrets.token_urlsafe(32)
    interrupt = await platform.product.interrupt(
        session.person,
        return_url=platform.return_url,
        state=state,
        intent=intent,
        authenticated_at=session.authenticated_at,
    )
    log.info("%s signed in; the product decided: %s", session.person.id, interrupt.decision)
    awaited = Awaited(interrupt.id, session.person, session.authenticated_at)
    _keep_latest(platform, session, lambda latest: latest.awaiting(state, awaited))
    if interrupt.decision == "none" or interrupt.url is None:
        outcome = Outcome("none", checked_at=platform.now())
        _keep_latest(platform, session, lambda latest: latest.answered(state, outcome))
        return None
    return interrupt.url


async def take_answer(platform: Platform, session: Session, state: str, token: str) -> None:
    """Check what the browser brought back, and ask the product itself.

    Raises:
        ResultRefusedError: forged, used, or the answer to something else.
        ProductUnreachableError: it can't be checked now.
    """
    awaited = session.awaited.get(state)
    if awaited is None:
        raise ResultRefusedError("no answer is awaited for this state")
    product = platform.product
    expected = Expected(
        issuer=product.origin,
        audience=product.client.id,
        tenant=product.client.id,
        user=awaited.person.id,
        interrupt_id=awaited.interrupt_id,
        state=state,
    )
    try:
        result = verify(token, await product.keys(), expected, platform.now())
        methods = await _confirm_once(platform, awaited, result)
    except ProductRefusedError as error:
        raise ResultRefusedError(f"the product does not confirm it: {error}") from None
    outcome = Outcome(cast("Status", result.status), methods, platform.now())
    _keep_latest(platform, session, lambda latest: latest.answered(state, outcome))
    log.info("%s came back: %s, checked", awaited.person.id, result.status)


async def _confirm_once(platform: Platform, awaited: Awaited, result: Result) -> tuple[str, ...]:
    """Claim the result before asking, so that two tabs can't both spend it."""
    platform.seen.claim(result, platform.now())
    try:
        confirmed = await platform.product.confirm(awaited.interrupt_id)
    except ProductUnreachableError:
        platform.seen.release(result)
        raise
    if confirmed.status != result.status:
        raise ResultRefusedError(f"the product says {confirmed.status}, the result {result.status}")
    return confirmed.methods


def _keep_latest(platform: Platform, session: Session, change: Callable[[Session], Session]) -> None:
    """Apply a change to the session as it is now: another tab may have moved it while we waited."""
    latest = platform.sessions.find(session.id)
    if latest is not None:
        platform.sessions.keep(change(latest))
