"""Registering an email address, or another one instead: by a code in a mail."""

from typing import Protocol

from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers.adding import require_addable, require_registrable
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.building import ProofRequest, to_register
from services.enrollment.methods.base.handlers import Strategy
from services.enrollment.methods.email.domain import parse_address
from services.enrollment.needs import CanAsk, CanPlan, CanSend
from services.enrollment.proofs.sent_code.handlers import (
    PlainDestination,
    destination_of,
    destination_of_challenge,
    sent_code_challenge,
)
from services.enrollment.registrations.beginning import Beginning, Plan, changeable, proven_by, require_other
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.handlers.asking import ask, current_challenge, pressed
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.errors import ChallengeEndedError
from services.kit.ids import new_id, repeatable_id


class CanAskByMail(CanAsk, CanSend, Protocol):
    """Asks for the proof of a new address."""


def email_challenge(
    typed: str, claimant: Claimant, identifier: str, deps: CanSend, *, changes: str | None = None
) -> Challenge:
    """The challenge by which an address is proven; `changes` is the method whose address it is to be.

    Raises:
        ProblemError: `emailInvalid`, `methodNotAllowedByPolicy`, `methodAlreadyRegistered`, `methodLimitReached`.
    """
    address = parse_address(typed)
    destination = PlainDestination.of(address.address, address.masked, claimant.account, deps)
    method_id = changes or new_id()
    registration = Registration(
        display_name=destination.masked,
        destination=destination.sealed(claimant.binding(method_id), deps.sealer),
        destination_hash=destination.digest,
        changes=changes,
    )
    if changes:
        require_registrable(claimant.account, "email", deps, registration)
    else:
        require_addable(claimant.account, "email", registration, deps)
    asked = to_register(identifier, "email", registration, method_id)
    return sent_code_challenge(asked, claimant, destination, "email", deps)


async def request_email(principal: Principal, typed: str, form_token: str, deps: CanAskByMail) -> Principal:
    """Ask for a code by mail. The same address, while its code still lives, sends nothing; another one ends the earlier
    challenge. Raises the same as `email_challenge`; `sessionEnded`, `rateLimited`."""
    lifecycle.open_session(principal.account, principal.session.id, at=deps.clock.now())
    change = principal.session.requested_change
    identifier = pressed(principal, f"{form_token} {parse_address(typed).address}")
    challenge = email_challenge(typed, principal.claimant, identifier, deps, changes=change.changes if change else None)
    return await ask(principal, challenge, "email.code", deps)


async def request_again(principal: Principal, deps: CanAskByMail) -> Principal:
    """A new code to the address of one that is over. Raises `challengeEnded`, and what `request_email` does."""
    earlier = await current_challenge(principal, deps)
    if earlier is None or earlier.method_type != "email":
        raise ChallengeEndedError
    address = destination_of_challenge(earlier, deps).plain.get_secret_value()
    return await request_email(principal, address, "again", deps)


def an_email(address: str, *, changes: str | None = None) -> Plan:
    def plan(claimant: Claimant, deps: CanPlan) -> Beginning:
        return proven_by(email_challenge(address, claimant, repeatable_id("challenge"), deps, changes=changes))

    return plan


def another_address(method_id: str, address: str) -> Plan:
    """Another address for an email method, under the same id.

    Raises:
        ProblemError: `unknownMethod`; `methodAlreadyRegistered` for the address that it has; see `email_challenge`.
    """

    def plan(claimant: Claimant, deps: CanPlan) -> Beginning:
        method = changeable(claimant.account, method_id, "email")
        beginning = an_email(address, changes=method.id)(claimant, deps)
        registration = beginning.challenge.registration if beginning.challenge else None
        require_other(method, registration.destination_hash if registration else None)
        return beginning

    return plan


async def _ask(method: Method, asked: ProofRequest, claimant: Claimant, deps: CanSend) -> Challenge:
    return sent_code_challenge(asked, claimant, destination_of(method, claimant, deps), "email", deps)


STRATEGY = Strategy(_ask)
