"""The use cases of Northbridge: sign in, in two steps, ask the product, take its answer."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

from deploy.demo.clock import Now
from deploy.demo.northbridge.password_reset.passwords import Passwords
from deploy.demo.northbridge.product import (
    Asking,
    Product,
    ProductRefusedError,
    ProductUnreachableError,
    Purpose,
)
from deploy.demo.northbridge.proofs import RECOVERY, ExpectedProof, take_proof
from deploy.demo.northbridge.results import Expected, Result, ResultRefusedError, SeenResults, verify
from deploy.demo.northbridge.second_step import SecondStep, SecondSteps
from deploy.demo.northbridge.sessions import Awaited, Outcome, Session, Sessions, Status
from deploy.demo.people import Character, Person, SignInRefusedError, find_person

NOTHING_TO_PROVE = frozenset({(404, "unknownUser"), (404, "unknownMethod"), (403, "methodNotAllowedByPolicy")})
"""Refusals of a person who has set nothing up yet: the wizard comes first. After any other one nobody is let in."""
PASSWORD_ALONE = ("pwd",)
TWO_STEPS = ("pwd", "mfa")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Platform:
    """What the use cases work with. `origin` is Northbridge's own."""

    product: Product
    now: Now
    origin: str
    characters: Sequence[Character]
    passwords: Passwords = field(default_factory=Passwords)
    sessions: Sessions = field(default_factory=Sessions)
    second_steps: SecondSteps = field(default_factory=SecondSteps)
    seen: SeenResults = field(default_factory=SeenResults)

    def expected_proof(self, person: Person, purpose: Purpose, challenge_id: str) -> ExpectedProof:
        """What the proof of a challenge of ours must say."""
        product = self.product
        return ExpectedProof(product.origin, product.client.id, product.client.id, person.id, purpose, challenge_id)


async def check_password(platform: Platform, user_name: str, password: str) -> SecondStep:
    """The first step of a sign-in; whoever is named, it takes the same work.

    Raises:
        SignInRefusedError: no such person, or another password.
    """
    person = find_person(platform.characters, user_name)
    is_right = await platform.passwords.are_right(person, password)
    if person is None or not is_right:
        raise SignInRefusedError
    return platform.second_steps.begin(person, platform.now())


async def ask_second_step(platform: Platform, step: SecondStep, ip_address: str) -> str | None:
    """Have the person asked for a proof; returns where the browser must go, or None where there is nothing to prove.

    Raises:
        ProductUnreachableError: no answer.
        ProductRefusedError: the person could prove something, and may not be asked now.
    """
    state = secrets.token_urlsafe(32)
    return_url = f"{platform.origin}/verified?{urlencode({'state': state})}"
    asking = Asking("signIn", ip_address, return_url=return_url)
    try:
        challenge = await platform.product.ask(step.person.id, asking)
    except ProductRefusedError as reason:
        if (reason.status, reason.code) in NOTHING_TO_PROVE:
            return None
        raise
    if challenge.url is None:
        raise ProductUnreachableError("a challenge without a page")
    latest = platform.second_steps.find(step.id, platform.now())
    if latest is not None:
        platform.second_steps.keep(latest.awaiting(state, challenge.id))
    return challenge.url


async def take_second_step(platform: Platform, step: SecondStep, state: str, challenge_id: str) -> tuple[str, ...]:
    """Check what became of the challenge that the browser comes back from: by the product, not by the address. Returns
    how the person has proven that it is them (`amr`).

    Raises:
        NotVerifiedError: the person did not prove themselves.
        ResultRefusedError: forged, used, or the answer to something else.
        ProductUnreachableError: it can't be checked now.
    """
    if step.awaited.get(state) != challenge_id:
        raise ResultRefusedError("no such proof is awaited in this browser")
    try:
        challenge = await platform.product.challenge(challenge_id)
        keys = await platform.product.keys()
    except ProductRefusedError as error:
        raise ResultRefusedError(f"the product does not confirm it: {error}") from None
    latest = platform.second_steps.find(step.id, platform.now())
    if latest is None or state not in latest.awaited:
        raise ResultRefusedError("taken before")
    platform.second_steps.keep(latest.without(state))
    expected = platform.expected_proof(step.person, "signIn", challenge_id)
    proof = take_proof(challenge, keys, expected, platform.seen, platform.now())
    return PASSWORD_ALONE if proof.acr == RECOVERY else TWO_STEPS


def finish_sign_in(platform: Platform, step: SecondStep, amr: tuple[str, ...], replacing: Session | None) -> Session:
    """The person is signed in from now on.

    Raises:
        SignInRefusedError: the step has ended meanwhile: it took too long, or the password is another one now.
    """
    if platform.second_steps.find(step.id, platform.now()) is None:
        raise SignInRefusedError
    platform.second_steps.end(step)
    log.info("%s signed in: %s", step.person.id, " ".join(amr))
    return platform.sessions.start(step.person, platform.now(), amr, replacing)


async def ask_product(platform: Platform, session: Session, intent: str) -> str | None:
    """Ask about the person signed in; returns where the browser must go, or None if it may go on.

    Raises:
        ProductUnreachableError: no answer.
        ProductRefusedError: the product refuses the question.
    """
    state = secrets.token_urlsafe(32)
    interrupt = await platform.product.interrupt(
        session.person,
        return_url=f"{platform.origin}/return",
        state=state,
        intent=intent,
        authenticated_at=session.authenticated_at,
        amr=session.amr,
    )
    log.info("%s: the product decided: %s", session.person.id, interrupt.decision)
    awaited = Awaited(interrupt.id, session.person, session.authenticated_at, session.amr)
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
