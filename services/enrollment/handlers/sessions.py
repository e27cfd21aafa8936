"""The person walks through the wizard."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from schemas.enrollment import Destination
from schemas.verification import ChallengeTerms, CodeTerms
from services.enrollment.domain import account as accounts
from services.enrollment.domain import challenge as challenges
from services.enrollment.domain import wizard
from services.enrollment.domain.account import SESSION_LIFE, Account, Session, account_id
from services.enrollment.domain.challenge import RESEND_AFTER, Challenge, Delivery, Registration
from services.enrollment.domain.interrupt import Interrupt
from services.enrollment.domain.phone import PhoneNumber, parse_number
from services.enrollment.domain.policy import is_allowed
from services.enrollment.signals import Signals, next_change
from services.enrollment.store import Store
from services.kit.clock import Clock, monotonic
from services.kit.config import Config, GroupPolicy
from services.kit.errors import ProblemError
from services.kit.http.limits import Edge
from services.kit.ids import new_id, new_token
from services.kit.keyring import Keyring
from services.kit.mongo.document import DuplicateDocumentError
from services.kit.sealing import Binding, Sealer, equal, keyed_hash, token_hash

MAX_ATTEMPTS = 5
VERDICT_WITHIN = 10.0
"""Seconds that a request waits for the verifier; afterwards the page goes on waiting."""


@dataclass(frozen=True)
class Visit:
    """A person in a session, as the request's cookie proves."""

    account: Account
    session: Session

    @property
    def account_id(self) -> str:
        """The id of the person's document."""
        return self.account.id


@dataclass(frozen=True)
class Desk:
    """What the use cases of the wizard work with."""

    store: Store
    config: Config
    clock: Clock
    keyring: Keyring
    sealer: Sealer
    signals: Signals
    edge: Edge

    def policy(self, account: Account) -> GroupPolicy:
        """The policy that holds for a person."""
        return self.config.tenant(account.tenant).policy_for(account.profile.groups)


async def use_ticket(ticket: str, desk: Desk) -> tuple[Visit, str]:
    """Start the session of an interrupt; the second value is the secret for the cookie.

    Raises:
        ProblemError: `ticketExpired` (also for one that never was), `ticketUsed`.
    """
    now = desk.clock.now()
    stored = await desk.store.interrupt_of_ticket(token_hash(ticket))
    if stored is None or stored.state.ticket_expires_at is None:
        raise ProblemError("ticketExpired")
    interrupt, secret = stored.state, new_token()
    if now >= stored.state.ticket_expires_at:
        raise ProblemError("ticketExpired", returnUrl=interrupt.return_url)
    session = _new_session(interrupt, secret, now)
    try:
        account = await desk.store.accounts.change(
            account_id(interrupt.tenant, interrupt.user),
            lambda account: accounts.start_session(account, session, at=now),
        )
    except ProblemError as problem:
        raise ProblemError(problem.code, returnUrl=interrupt.return_url) from None
    if account is None:
        raise ProblemError("ticketExpired", returnUrl=interrupt.return_url)
    return Visit(account.state, session), secret


async def ticket_is_of(ticket: str, session_id: str, desk: Desk) -> bool:
    """Whether a ticket led to this session."""
    stored = await desk.store.interrupt_of_ticket(token_hash(ticket))
    return stored is not None and stored.id == session_id


async def recognise(session_id: str, secret: str, desk: Desk) -> Visit:
    """Who holds this cookie; the session may have ended.

    Raises:
        ProblemError: `sessionEnded` where there is nothing to go back to.
    """
    interrupt = await desk.store.interrupts.get(session_id)
    if interrupt is None or interrupt.state.tenant not in desk.config.tenants:
        raise ProblemError("sessionEnded")
    account = await desk.store.accounts.get(account_id(interrupt.state.tenant, interrupt.state.user))
    session = account.state.session(session_id) if account else None
    if account is None or session is None or not equal(session.cookie_hash, token_hash(secret)):
        raise ProblemError("sessionEnded")
    return Visit(account.state, session)


async def current_challenge(visit: Visit, desk: Desk) -> Challenge | None:
    """The challenge of the current step; one that a crash left unsent is sent now."""
    requested = visit.session.requested
    if requested is None:
        return None
    stored = await desk.store.challenges.get(requested.id)
    return stored.state if stored else await _open(requested, desk)


async def go_on(visit: Visit, step: str, desk: Desk) -> Visit:
    """ "Next" or "Done" of a step that asks for nothing: to the next thing to set up. A stale step changes nothing."""
    account: Account = visit.account

    def move(session: Session) -> Session:
        return wizard.go_on(account, session) if session.step == step else session

    return await _move(visit, move, desk)


async def stay(visit: Visit, desk: Desk) -> Visit:
    """The person is still there."""
    return await _move(visit, lambda session: session, desk)


async def cancel(visit: Visit, desk: Desk) -> Visit:
    """Leave the wizard; nothing more is sent for what was asked."""
    now = desk.clock.now()
    await _cancel_challenge(visit.session.requested, "cancelled", desk)
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: accounts.end_session(account, visit.session.id, "cancelled", at=now)
    )
    return _visit(account.state if account else visit.account, visit.session.id)


async def request_phone(visit: Visit, region: str, number: str, form_token: str, desk: Desk) -> Visit:
    """Ask for a code by text message to a number.

    The same number while its code still lives sends nothing; another one ends the earlier challenge.

    Raises:
        ProblemError: `phoneNumberInvalid`, `phoneNumberNotAllowed`, `methodNotAllowedByPolicy`,
            `methodAlreadyRegistered`, `methodLimitReached`, `sessionEnded`.
    """
    now = desk.clock.now()
    accounts.open_session(visit.account, visit.session.id, at=now)
    parsed = parse_number(number, region, fictional=desk.config.numbers.fictional)
    digest = keyed_hash(desk.keyring, parsed.e164, tenant=visit.account.tenant)
    _require_registrable(visit.account, digest, desk)
    earlier = await current_challenge(visit, desk)
    if earlier and _still_good(earlier, digest, now):
        return await _wait_at(visit, earlier, desk)
    await desk.edge.admit("request", visit.session.id)
    press = f"{form_token} {digest} {earlier.id if earlier else ''}"
    challenge = _phone_challenge(visit, parsed, digest, press, now=now, desk=desk)
    moved = await _wait_at(visit, challenge, desk)
    if moved.session.requested:
        await _open(moved.session.requested, desk)
    if earlier and earlier.id != challenge.id:
        await _cancel_challenge(earlier, "superseded", desk)
    return moved


async def submit_code(visit: Visit, challenge_id: str, code: str, desk: Desk) -> tuple[Challenge, str | None]:
    """Hand a typed code to the verifier and wait for its word: `verified`, a reason, or None after 10 s.

    Raises:
        ProblemError: `codeMalformed`, `challengeEnded`, `codeExpired`, `attemptsExhausted`, `rateLimited`.
    """
    challenge = await current_challenge(visit, desk)
    if challenge is None or challenge.id != challenge_id:
        raise ProblemError("challengeEnded")
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()) or len(digits) != _digits(challenge):
        raise ProblemError("codeMalformed", digits=_digits(challenge))
    now, submission_id = desk.clock.now(), new_id()
    sealed = desk.sealer.seal("submission", digits.encode(), _binding(challenge))
    async with desk.signals.awaiting(challenge.id) as told:
        await desk.store.challenges.change(
            challenge.id, lambda state: challenges.submit_code(state, submission_id, sealed, at=now)
        )
        return await _judged(challenge.id, submission_id, told, desk)


async def resend(visit: Visit, desk: Desk) -> None:
    """Send the message once more.

    Raises:
        ProblemError: `resendTooSoon`, `sendLimitReached`, `codeExpired`, `challengeEnded`.
    """
    challenge = await current_challenge(visit, desk)
    if challenge is None:
        raise ProblemError("challengeEnded")
    now = desk.clock.now()
    await desk.store.challenges.change(challenge.id, lambda state: challenges.resend(state, at=now))


async def _judged(
    challenge_id: str, submission_id: str, told: asyncio.Event, desk: Desk
) -> tuple[Challenge, str | None]:
    deadline = monotonic() + VERDICT_WITHIN
    while True:
        stored = await desk.store.challenges.get(challenge_id)
        if stored is None:
            raise ProblemError("challengeEnded")
        submission = stored.state.submission(submission_id)
        result = submission.result if submission else stored.state.failure
        if result or monotonic() >= deadline:
            return stored.state, result
        await next_change(told)


async def _move(visit: Visit, move: Callable[[Session], Session], desk: Desk) -> Visit:
    now = desk.clock.now()
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: accounts.move_session(account, visit.session.id, move, at=now)
    )
    return _visit(account.state if account else visit.account, visit.session.id)


async def _wait_at(visit: Visit, challenge: Challenge, desk: Desk) -> Visit:
    """Put the challenge into the session first: what a crash leaves unsent is sent when the page is read again."""

    def move(session: Session) -> Session:
        same = session.requested is not None and session.requested.id == challenge.id
        if session.step not in {"phone", "phone.code"} or (same and session.step == "phone.code"):
            return session
        return wizard.wait_for_proof(session, challenge, "phone.code")

    return await _move(visit, move, desk)


async def _open(challenge: Challenge, desk: Desk) -> Challenge:
    opened = challenges.opened(challenge)
    try:
        return (await desk.store.challenges.insert(challenge.id, opened.state, opened.emissions)).state
    except DuplicateDocumentError:
        stored = await desk.store.challenges.get(challenge.id)
        return stored.state if stored else challenge


async def _cancel_challenge(
    challenge: Challenge | None, reason: Literal["superseded", "cancelled"], desk: Desk
) -> None:
    if challenge is None:
        return
    now = desk.clock.now()
    await desk.store.challenges.change(challenge.id, lambda state: challenges.cancel(state, reason, at=now))


def _require_registrable(account: Account, digest: str, desk: Desk) -> None:
    if not is_allowed(desk.policy(account), "phone"):
        raise ProblemError("methodNotAllowedByPolicy")
    if code := accounts.conflict_of(account, "mobile", digest):
        raise ProblemError(code)


def _still_good(challenge: Challenge, digest: str, now: datetime) -> bool:
    """Whether the code of this challenge went to the same number and can still be typed."""
    same = challenge.terms.code is not None and challenge.terms.code.destination_hash == digest
    arrived = challenge.delivery.state != "failed"
    return same and arrived and challenge.status_at(now) == "pending"


def _phone_challenge(
    visit: Visit, number: PhoneNumber, digest: str, press: str, *, now: datetime, desk: Desk
) -> Challenge:
    """The challenge of one press of "Next" for one number: pressed twice, it is the same one."""
    tenant, user, session = visit.account.tenant, visit.account.user, visit.session
    identifier = str(uuid.uuid5(uuid.UUID(session.id), press))
    method_id = new_id()
    lifetime = timedelta(minutes=desk.config.tenant(tenant).code_minutes)
    for_challenge = Binding(tenant, user, method_id, identifier)
    plain = number.e164.encode()
    terms = ChallengeTerms(
        challenge_id=identifier,
        purpose="registration",
        kind="code",
        method_id=method_id,
        method_type="phone",
        session_id=session.id,
        created_at=now,
        expires_at=now + lifetime,
        max_attempts=MAX_ATTEMPTS,
        code=CodeTerms(nonce=new_token(), destination_hash=digest),
    )
    return Challenge(
        id=identifier,
        tenant=tenant,
        user=user,
        terms=terms,
        channel="sms",
        locale=session.locale,
        destination=Destination(sealed=desk.sealer.seal("destination", plain, for_challenge), masked=number.masked),
        registration=Registration(
            display_name=number.masked,
            phone_type="mobile",
            delivery="sms",
            destination=desk.sealer.seal("destination", plain, Binding(tenant, user, method_id)),
            destination_hash=digest,
        ),
        delivery=Delivery(requested_at=now),
        resend_at=now + RESEND_AFTER[0],
        attempts_left=MAX_ATTEMPTS,
    )


def _new_session(interrupt: Interrupt, secret: str, now: datetime) -> Session:
    return Session(
        id=interrupt.id,
        intent=interrupt.intent,
        decision=interrupt.decision,
        plan=interrupt.plan,
        cookie_hash=token_hash(secret),
        return_url=interrupt.return_url,
        locale=interrupt.locale or "en",
        started_at=now,
        expires_at=now + SESSION_LIFE,
    )


def _visit(account: Account, session_id: str) -> Visit:
    session = account.session(session_id)
    if session is None:
        raise ProblemError("sessionEnded")
    return Visit(account, session)


def _binding(challenge: Challenge) -> Binding:
    return Binding(challenge.tenant, challenge.user, challenge.method_id, challenge.id)


def _digits(challenge: Challenge) -> int:
    return challenge.terms.code.digits if challenge.terms.code else 0
