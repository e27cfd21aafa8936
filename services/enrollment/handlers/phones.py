"""Registering a phone by a code in a text message."""

import uuid
from datetime import datetime, timedelta

from schemas.enrollment import Destination
from schemas.verification import ChallengeTerms, CodeTerms
from services.enrollment.domain import account as accounts
from services.enrollment.domain.account import Account
from services.enrollment.domain.challenge import RESEND_AFTER, Challenge, Delivery, Registration
from services.enrollment.domain.phone import PhoneNumber, parse_number
from services.enrollment.domain.policy import is_allowed
from services.enrollment.handlers.desk import (
    Desk,
    Visit,
    cancel_challenge,
    current_challenge,
    open_challenge,
    wait_at,
)
from services.kit.errors import ProblemError
from services.kit.ids import new_id, new_token
from services.kit.sealing import Binding, keyed_hash

MAX_ATTEMPTS = 5


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
        return await wait_at(visit, earlier, "phone.code", desk)
    await desk.edge.admit("request", visit.session.id)
    press = f"{form_token} {digest} {earlier.id if earlier else ''}"
    challenge = _phone_challenge(visit, parsed, digest, press, now=now, desk=desk)
    moved = await wait_at(visit, challenge, "phone.code", desk)
    if moved.session.requested:
        await open_challenge(moved.session.requested, desk)
    if earlier and earlier.id != challenge.id:
        await cancel_challenge(earlier, "superseded", desk)
    return moved


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
