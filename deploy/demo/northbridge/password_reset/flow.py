"""The use cases of "Forgot my password": ask for proofs by the product's API, then change the password."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from deploy.demo.northbridge.flow import Platform
from deploy.demo.northbridge.mail import Tell
from deploy.demo.northbridge.password_reset.pace import Pace
from deploy.demo.northbridge.password_reset.passwords import complaint
from deploy.demo.northbridge.password_reset.state import (
    LIFE,
    MOST_ATTEMPTS,
    Decoys,
    Known,
    Reset,
    Resets,
    Way,
    method_for,
    new_attempt,
)
from deploy.demo.northbridge.product import Asking, Challenge, MethodRef, Question
from deploy.demo.northbridge.proofs import take_proof
from deploy.demo.northbridge.results import ResultRefusedError
from deploy.demo.people import Person, find_person

STARTS = parse("1000/minute")
"""Resets that one address may begin; in the demo everybody shares one."""

log = logging.getLogger(__name__)


class ResetOverError(Exception):
    """There is no such reset any more, or it may go no further: begin anew."""


@dataclass(frozen=True)
class ResetDesk:
    """What the use cases work with. `known` is what people were shown of theirs, by user id."""

    platform: Platform
    tell: Tell
    decoys: Decoys
    resets: Resets = field(default_factory=Resets)
    known: dict[str, Known] = field(default_factory=dict)
    starts: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))


async def may_begin(desk: ResetDesk, ip_address: str) -> bool:
    """Whether this address has begun fewer resets than one may."""
    return await desk.starts.hit(STARTS, ip_address)


async def begin(desk: ResetDesk, pace: Pace, user_name: str, ip_address: str) -> Reset:
    """Ask the default method of whoever has this user name. The answer says nothing of whether anybody has."""
    now, person = desk.platform.now(), find_person(desk.platform.characters, user_name)
    asked = await _ask(desk, pace, person, Asking("passwordReset", ip_address))
    methods = (asked.method, *asked.alternatives) if asked else ()
    attempt = new_attempt(asked, _number(desk, person, user_name, asked), (), now)
    reset = Reset(secrets.token_urlsafe(32), user_name.strip(), person, now + LIFE, attempt, methods=methods)
    desk.resets.keep(reset)
    return reset


async def ask_again(desk: ResetDesk, pace: Pace, reset: Reset, way: Way | None, ip_address: str) -> None:
    """Ask once more, by a way that anybody may choose: where the person has no such method, nobody is asked.

    Raises:
        ResetOverError: it was asked often enough.
    """
    _require_attempts(reset)
    method = method_for(way, reset.methods) if way else None
    asking = Asking("passwordReset", ip_address, method.id if method else None, by_code=way is Way.APP_CODE)
    may_ask = method is not None or way is None
    asked = await _ask(desk, pace, reset.person if may_ask else None, asking)
    questions = await _questions(desk, pace, reset, asked) if way is Way.QUESTIONS else ()
    number = _number(desk, reset.person, reset.user_name, asked)
    attempt = new_attempt(asked, number, questions, desk.platform.now())
    known = (asked.method, *asked.alternatives) if asked and not reset.methods else reset.methods
    _change(desk, reset, lambda latest: replace(latest, methods=known).asking(attempt, way, None))


async def ask_another(desk: ResetDesk, reset: Reset, method: MethodRef, *, by_code: bool, ip_address: str) -> None:
    """Ask for the second proof, of whoever has given the first: from here on the page says how it is.

    Raises:
        ResetOverError: it was asked often enough.
        ProductRefusedError: the method can't be asked now.
        ProductUnreachableError: no answer.
    """
    _require_attempts(reset)
    if reset.person is None or method not in reset.unproven:
        raise ResetOverError
    asking = Asking("passwordReset", ip_address, method.id, by_code=by_code)
    asked = await desk.platform.product.ask(reset.person.id, asking)
    attempt = new_attempt(asked, asked.number or "", asked.questions, desk.platform.now())
    _change(desk, reset, lambda latest: latest.asking(attempt, None, method))


async def answer(desk: ResetDesk, pace: Pace, reset: Reset, given: Mapping[str, object]) -> None:
    """Count a try, then hand the answer in, if anybody is asked."""
    if not reset.attempt.is_open(desk.platform.now()):
        return
    counted = _change(desk, reset, Reset.counting_a_try)
    if counted.attempt.challenge_id:
        judged = await pace.result_of(desk.platform.product.answer(counted.attempt.challenge_id, given))
        await _take(desk, pace, counted, judged)


async def look(desk: ResetDesk, pace: Pace, reset: Reset) -> None:
    """See whether the person has proven themselves elsewhere: in the app, or during a call."""
    if reset.attempt.challenge_id and reset.attempt.is_open(desk.platform.now()):
        found = await pace.result_of(desk.platform.product.challenge(reset.attempt.challenge_id))
        await _take(desk, pace, reset, found)


async def change_password(desk: ResetDesk, reset: Reset, password: str, again: str) -> str | None:
    """Change it, and sign the person out everywhere; or say what is wrong with the new one.

    Raises:
        ResetOverError: it was done already, or nobody has proven enough.
    """
    platform, person = desk.platform, reset.person
    if person is None or not reset.is_proven or reset.done:
        raise ResetOverError
    wrong = complaint(password, again, person)
    if wrong:
        return wrong
    if await platform.passwords.are_right(person, password):
        return "That is your password now. Choose another one."
    if latest_of(desk, reset).done:
        raise ResetOverError
    _change(desk, reset, lambda latest: replace(latest, done=True))
    await platform.passwords.change(person, password)
    platform.sessions.end_of(person)
    platform.second_steps.end_of(person)
    desk.resets.end_of(person, but=reset)
    log.info("the password of %s was reset", person.id)
    return None


def latest_of(desk: ResetDesk, reset: Reset) -> Reset:
    """The reset as it is now: another tab may have moved it while we waited.

    Raises:
        ResetOverError: it took too long, or somebody else has reset the password.
    """
    latest = desk.resets.find(reset.id, desk.platform.now())
    if latest is None:
        raise ResetOverError
    return latest


def _change(desk: ResetDesk, reset: Reset, change: Callable[[Reset], Reset]) -> Reset:
    changed = change(latest_of(desk, reset))
    desk.resets.keep(changed)
    return changed


def _require_attempts(reset: Reset) -> None:
    if reset.attempts >= MOST_ATTEMPTS or reset.done:
        raise ResetOverError


async def _ask(desk: ResetDesk, pace: Pace, person: Person | None, asking: Asking) -> Challenge | None:
    if person is None:
        return None
    asked = await pace.result_of(desk.platform.product.ask(person.id, asking))
    if asked:
        desk.known[person.id] = desk.known.get(person.id, Known()).with_shown(asked)
    return asked


def _number(desk: ResetDesk, person: Person | None, user_name: str, asked: Challenge | None) -> str:
    decoy = desk.decoys.number(user_name, _known(desk, person))
    return (asked.number if asked else None) or decoy


async def _questions(desk: ResetDesk, pace: Pace, reset: Reset, asked: Challenge | None) -> tuple[Question, ...]:
    """Those of the person, or others; the list is read for everybody."""
    offered = await pace.result_of(desk.platform.product.security_questions())
    if not offered:
        return ()
    decoys = desk.decoys.questions(reset.user_name, _known(desk, reset.person), offered)
    return asked.questions if asked and asked.questions else decoys


def _known(desk: ResetDesk, person: Person | None) -> Known:
    return desk.known.get(person.id, Known()) if person else Known()


async def _take(desk: ResetDesk, pace: Pace, reset: Reset, judged: Challenge | None) -> None:
    """Take the proof of the challenge that is asked now; tell how it ended only to whoever has proven something."""
    if judged is None:
        return
    if judged.status == "verified":
        keys = await pace.result_of(desk.platform.product.keys())
        if keys is not None:
            _take_proof(desk, reset, judged, keys)
    elif reset.proven and judged.status != "pending":
        _change(desk, reset, lambda latest: replace(latest, attempt=replace(latest.attempt, ended=judged.status)))


def _take_proof(desk: ResetDesk, reset: Reset, judged: Challenge, keys: Mapping[str, object]) -> None:
    latest, platform = latest_of(desk, reset), desk.platform
    proven = {one.type for one in latest.proven}
    if latest.person is None or latest.attempt.challenge_id != judged.id or judged.method.type in proven:
        return
    expected = platform.expected_proof(latest.person, "passwordReset", judged.id)
    try:
        take_proof(judged, keys, expected, platform.seen, platform.now())
    except ResultRefusedError as reason:
        log.warning("a proof was refused: %s", reason)
        return
    kept = latest.with_proof(judged)
    desk.resets.keep(kept)
    log.info("%s has proven %d of %d for a reset", latest.person.id, len(kept.proven), kept.needed)
