"""A platform asks for the proof of a method on file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.base import Purpose
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.challenges.domain.challenge import Challenge, Context, Hosting
from services.enrollment.challenges.domain.eligibility import is_locked_out, proofs_required, provable_for
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.challenges.handlers.asking import for_method
from services.enrollment.challenges.handlers.cooldown import (
    Cooldowns,
    available_first,
    cooldowns_of,
    require_available,
)
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge, open_challenge
from services.enrollment.devices.asking import admit_request, end_earlier_requests
from services.enrollment.interrupts.domain.interrupt import TICKET_LIFE
from services.enrollment.interrupts.handlers import require_allowed
from services.enrollment.needs import (
    CanAskMethods,
    CanAwaitVerdicts,
    CanEndChallenges,
    HasAccounts,
    HasClock,
    HasRules,
)
from services.enrollment.sessions.principal import Claimant
from services.enrollment.tokens import Caller
from services.kit.crypto.sealing import token_hash
from services.kit.errors import (
    AuthenticatorDisabledError,
    CodeExpiredError,
    CodeUsedError,
    MethodNotAllowedByPolicyError,
    ProblemError,
    UnknownMethodError,
)
from services.kit.ids import repeatable_id, repeatable_token


class CanAskProof(CanAskMethods, CanAwaitVerdicts, HasAccounts, Protocol):
    """Opens a challenge for a platform."""


@dataclass(frozen=True)
class AskProof:
    """What a platform wants to be proven: one method, or the best that the person has. `by_code` asks an authenticator
    app for its one-time code. With `return_url` the person proves it on our page."""

    purpose: Purpose
    method_id: str | None
    context: Context
    by_code: bool = False
    return_url: str | None = None


@dataclass(frozen=True)
class Opened:
    """What was opened for a platform, and the one-time ticket where the person is sent to our page."""

    verification: Verification
    account: Account
    ticket: str | None


async def ask_proof(asked: AskProof, user: str, caller: Caller, deps: CanAskProof) -> Opened:
    """Open a challenge on a method on file; an open one on the same method ends. On our page an app whose device rests
    is asked for its code.

    Raises:
        ProblemError: `returnUrlNotAllowed`, `unknownUser`, `unknownMethod`, `methodNotAllowedByPolicy`,
            `authenticatorDisabled`, `methodCoolingDown`; `codeUsed`, `codeExpired` where nothing of the method can be
            used any more; `sendLimitReached` where nobody approved the last requests to its device.
    """
    if asked.return_url is not None:
        require_allowed(asked.return_url, deps.config.clients[caller.client_id].return_urls)
    account = await account_of(caller.tenant, user, deps)
    cooldowns = await cooldowns_of(account, asked.purpose, deps)
    method, identifier = _rested_method(account, asked, cooldowns, deps), repeatable_id("challenge")
    session_id = None if asked.return_url is None else identifier
    claimant = Claimant(account, session_id, account.profile.locale)
    by_app = (asked.by_code and method.has_codes) or (session_id is not None and cooldowns.leave_the_code(method))
    challenge = await for_method(method, claimant, asked.purpose, identifier, deps, by_app=by_app)
    ours = challenge.model_copy(
        update={
            "client_id": caller.client_id,
            "context": asked.context,
            "proofs_required": proofs_required(deps.policy(account), asked.purpose),
        }
    )
    ticket = None if asked.return_url is None else repeatable_token("ticket")
    await admit_request(ours, deps)
    opened = await open_challenge(_hosted(ours, asked, ticket, deps.clock.now()), deps)
    await supersede(opened, deps)
    await end_earlier_requests(opened, deps)
    if method.device_id:
        deps.signals.notify(method.device_id)
    return Opened(Verification((opened,)), account, ticket)


async def supersede(challenge: Challenge, deps: CanEndChallenges) -> None:
    """End what is still asked of the same method since before, to the same end: a sign-in does not stop a change of
    number, nor the other way round. Of two at once the later one stays."""
    pending = await deps.challenges.pending(challenge.tenant, challenge.user, challenge.method_id)
    for earlier in pending:
        alike = earlier.state.is_to_register == challenge.is_to_register
        if alike and (earlier.state.terms.created_at, earlier.id) < (challenge.terms.created_at, challenge.id):
            await cancel_challenge(earlier.state, "superseded", deps)


def _hosted(challenge: Challenge, asked: AskProof, ticket: str | None, now: datetime) -> Challenge:
    if asked.return_url is None or ticket is None:
        return challenge
    hosting = Hosting(return_url=asked.return_url, ticket_hash=token_hash(ticket), ticket_expires_at=now + TICKET_LIFE)
    return challenge.model_copy(update={"hosting": hosting, "stands_for": challenge.id})


def _rested_method(account: Account, asked: AskProof, cooldowns: Cooldowns, deps: HasRules) -> Method:
    """The method that is asked for, or the best one; those in cooldown come last."""
    provable = available_first(provable_for(account, deps.policy(account), asked.purpose, deps.clock.now()), cooldowns)
    if asked.method_id is None and not provable:
        raise _nothing_to_prove(account, deps)
    method = provable[0] if asked.method_id is None else _named_method(account, asked.method_id, provable, deps)
    on_our_page, types = asked.return_url is not None, {provable_method.type for provable_method in provable}
    if on_our_page and len(types) < proofs_required(deps.policy(account), asked.purpose):
        raise MethodNotAllowedByPolicyError("The person has fewer methods than the policy asks for.")
    require_available(method, cooldowns, deps.clock.now())
    return method


def _nothing_to_prove(account: Account, deps: HasRules) -> ProblemError:
    """Who had something that was withdrawn must not be taken for somebody who never had anything."""
    if is_locked_out(account, deps.policy(account), deps.clock.now()):
        return AuthenticatorDisabledError(
            "All of the person's methods were withdrawn. A Temporary Access Pass lets them in."
        )
    return UnknownMethodError("The person has nothing that could prove this.")


def _named_method(account: Account, method_id: str, provable: tuple[Method, ...], deps: HasClock) -> Method:
    method = account.method(method_id)
    if method is None:
        raise UnknownMethodError
    if method.state == "disabled":
        raise AuthenticatorDisabledError
    if method.codes_left == 0:
        raise CodeUsedError
    if method.usable_until and method.usable_until <= deps.clock.now():
        raise CodeExpiredError
    if method not in provable:
        raise MethodNotAllowedByPolicyError("This method cannot be used, or not for this purpose.")
    return method
