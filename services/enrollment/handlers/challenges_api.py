"""Challenges that a platform opens and answers: the proof of a method on file, or of one that it registers."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import SecretStr

from schemas.base import Channel, Purpose
from services.enrollment.domain.account import Account, Method
from services.enrollment.domain.challenge import Challenge, Context
from services.enrollment.domain.proving import provable_for
from services.enrollment.handlers import passkeys, proofs
from services.enrollment.handlers.accounts import account_of
from services.enrollment.handlers.asking import for_method
from services.enrollment.handlers.desk import Applicant, Desk, cancel_challenge, open_challenge
from services.enrollment.signals import next_change
from services.enrollment.tokens import Caller
from services.kit.errors import ProblemError
from services.kit.ids import new_id

KEEP_ALIVE = timedelta(seconds=15)
STREAM_LIFE = timedelta(minutes=10)
PROOF_OFFERED = timedelta(minutes=5)
"""How long after the answer a proof can be fetched."""

Given = Literal["code", "answers", "credential"]

TAKES: dict[str, Given] = {
    "code": "code",
    "totp": "code",
    "recoveryCode": "code",
    "temporaryAccessPass": "code",
    "securityQuestions": "answers",
    "passkey": "credential",
}
"""What a kind of proof is answered with; the others are answered on a device."""


@dataclass(frozen=True)
class AskProof:
    """What a platform wants to be proven: one method, or the best that the person has. `by_code` asks an authenticator
    app for its one-time code."""

    purpose: Purpose
    method_id: str | None
    context: Context
    by_code: bool = False


@dataclass(frozen=True)
class Answer:
    """One of the three."""

    code: SecretStr | None = None
    answers: tuple[tuple[str, SecretStr], ...] | None = None
    credential: str | None = None

    @property
    def given(self) -> Given | None:
        """Which one it is; None unless it is exactly one."""
        found: list[Given] = [name for name in ("code", "answers", "credential") if getattr(self, name) is not None]
        return found[0] if len(found) == 1 else None


async def ask_proof(asked: AskProof, user: str, caller: Caller, desk: Desk) -> tuple[Challenge, Account]:
    """Open a challenge on a method on file; an open one on the same method ends.

    Raises:
        ProblemError: `unknownUser`, `unknownMethod`, `methodNotAllowedByPolicy`, `authenticatorDisabled`,
            `methodCoolingDown`; `codeUsed`, `codeExpired` where nothing of the method can be used any more.
    """
    account = await account_of(caller.tenant, user, desk.store)
    method = _method(account, asked, desk)
    await _require_no_pause(account, method, asked.purpose, desk)
    applicant = Applicant(account, locale=account.profile.locale)
    by_app = asked.by_code and method.has_codes
    challenge = await for_method(method, applicant, asked.purpose, new_id(), desk, by_app=by_app)
    ours = challenge.model_copy(update={"client_id": caller.client_id, "context": asked.context})
    opened = await open_challenge(ours, desk)
    await supersede(opened, desk)
    if method.device_id:
        desk.signals.tell(method.device_id)
    return opened, account


async def supersede(challenge: Challenge, desk: Desk) -> None:
    """End what is still asked of the same method since before. Of two at once the later one stays."""
    pending = await desk.store.pending_challenges(challenge.tenant, challenge.user, challenge.method_id)
    for earlier in pending:
        if (earlier.state.terms.created_at, earlier.id) < (challenge.terms.created_at, challenge.id):
            await cancel_challenge(earlier.state, "superseded", desk)


async def challenge_of(challenge_id: str, caller: Caller, desk: Desk) -> Challenge:
    """A challenge that the caller's platform opened, or that of a registration by the API.

    Raises:
        ProblemError: `unknownChallenge`, also for those of the pages; `scopeMissing`.
    """
    stored = await desk.store.challenges.get(challenge_id)
    if stored is None or not _is_callers(stored.state, caller):
        raise ProblemError("unknownChallenge")
    if stored.state.purpose != "registration":
        caller.require("challenges")
    return stored.state


async def answer(challenge: Challenge, given: Answer, desk: Desk, *, within: float) -> tuple[Challenge, str | None]:
    """Hand an answer to the verifier: `verified`, a reason, or None after `within` seconds.

    Raises:
        ProblemError: `requestMalformed` for what this challenge does not take; `codeExpired`, `challengeEnded`; see
            `proofs`, `passkeys.submit_credential`.
    """
    takes = TAKES.get(challenge.terms.kind)
    if takes is None:
        raise ProblemError("requestMalformed", "This challenge is answered on the person's device.")
    if given.given != takes:
        raise ProblemError("requestMalformed", f"This challenge takes {takes}, and nothing else.")
    _require_pending(challenge, desk.clock.now())
    if given.code is not None:
        return await proofs.submit_code_to(challenge, given.code.get_secret_value(), desk, within=within)
    if given.answers is not None:
        return await proofs.submit_answers_to(challenge, given.answers, desk, within=within)
    return await passkeys.submit_credential(challenge, given.credential or "", desk, within=within)


async def send_again(challenge: Challenge, delivery: Literal["sms", "voice"] | None, desk: Desk) -> None:
    """Send the message once more, by another way if one is named.

    Raises:
        ProblemError: `resendTooSoon`, `sendLimitReached`, `codeExpired`, `challengeEnded`; `requestMalformed` where
            nothing is sent, or the way cannot change; `methodNotAllowedByPolicy` for a text to a phone that gets calls.
    """
    if not challenge.is_sent:
        raise ProblemError("requestMalformed", "Nothing is sent for this challenge.")
    channel = await _channel(challenge, delivery, desk) if delivery else None
    _require_pending(challenge, desk.clock.now())
    await proofs.resend_of(challenge, desk, channel)


async def cancel(challenge: Challenge, desk: Desk) -> None:
    """End it; one that ended stays as it is."""
    if challenge.status_at(desk.clock.now()) == "pending":
        await cancel_challenge(challenge, "cancelled", desk)


async def changes_of(challenge_id: str, describe: Callable[[Challenge], str], desk: Desk) -> AsyncIterator[str]:
    """Each change of a challenge as `event: challenge`, until it has ended."""
    started = last_sent = desk.clock.now()
    shown: str | None = None
    async with desk.signals.awaiting(challenge_id) as told:
        while (now := desk.clock.now()) < started + STREAM_LIFE:
            stored = await desk.store.challenges.get(challenge_id)
            if stored is None:
                return
            message = describe(stored.state)
            if message != shown:
                shown, last_sent = message, now
                yield f"event: challenge\ndata: {message}\n\n"
            elif now - last_sent > KEEP_ALIVE:
                last_sent = now
                yield ": still here\n\n"
            if stored.state.status_at(now) != "pending":
                return
            await next_change(told)


def offers_proof(challenge: Challenge, now: datetime) -> bool:
    """Whether a platform may have its proof: one that it asked for, and not long ago."""
    is_fresh = challenge.ended_at is not None and now < challenge.ended_at + PROOF_OFFERED
    return challenge.status == "verified" and challenge.client_id is not None and is_fresh


def _is_callers(challenge: Challenge, caller: Caller) -> bool:
    by_registration = challenge.purpose == "registration" and challenge.session_id is None
    return challenge.tenant == caller.tenant and (challenge.client_id == caller.client_id or by_registration)


def _method(account: Account, asked: AskProof, desk: Desk) -> Method:
    provable = provable_for(account, desk.policy(account), asked.purpose, desk.clock.now())
    if asked.method_id is None:
        if not provable:
            raise ProblemError("unknownMethod", "The person has nothing that could prove this.")
        return provable[0]
    method = account.method(asked.method_id)
    if method is None:
        raise ProblemError("unknownMethod")
    if method.state == "disabled":
        raise ProblemError("authenticatorDisabled")
    if method.codes_left == 0:
        raise ProblemError("codeUsed")
    if method.usable_until and method.usable_until <= desk.clock.now():
        raise ProblemError("codeExpired")
    if method not in provable:
        raise ProblemError("methodNotAllowedByPolicy", "This method cannot be used, or not for this purpose.")
    return method


async def _require_no_pause(account: Account, method: Method, purpose: Purpose, desk: Desk) -> None:
    """Failures in password reset count by themselves."""
    now = desk.clock.now()
    paused = await desk.store.pausing_challenges(account.tenant, account.user, method.id, now)
    of_kind = [one.state for one in paused if (one.state.purpose == "passwordReset") == (purpose == "passwordReset")]
    if of_kind and of_kind[0].retry_at:
        raise cooling_down(of_kind[0].retry_at, now)


def cooling_down(until: datetime, now: datetime) -> ProblemError:
    """The refusal of a paused method."""
    seconds = max(1, int((until - now).total_seconds()) + 1)
    return ProblemError("methodCoolingDown", headers={"Retry-After": str(seconds)}, retryAfter=seconds)


def _require_pending(challenge: Challenge, now: datetime) -> None:
    match challenge.status_at(now):
        case "pending":
            return
        case "expired":
            raise ProblemError("codeExpired", attemptsLeft=0)
        case _:
            raise ProblemError("challengeEnded")


async def _channel(challenge: Challenge, delivery: Literal["sms", "voice"], desk: Desk) -> Channel:
    if challenge.method_type != "phone" or (challenge.terms.kind == "call" and delivery == "sms"):
        raise ProblemError("requestMalformed", "This challenge cannot go another way; open a new one.")
    account = await account_of(challenge.tenant, challenge.user, desk.store)
    known = challenge.registration or account.method(challenge.method_id)
    if delivery == "sms" and known is not None and known.phone_type != "mobile":
        raise ProblemError("methodNotAllowedByPolicy", "Only a mobile phone gets text messages.")
    return delivery
