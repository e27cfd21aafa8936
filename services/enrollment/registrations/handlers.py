"""Registrations that a platform asks for: what is set up, and how far it is."""

from datetime import timedelta
from typing import Protocol

from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.handlers.keeping import count_keeping
from services.enrollment.accounts.handlers.lookup import account_of, account_to_be, keep_account
from services.enrollment.budgets.handlers import Reservation, counted
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.challenges.domain.verdict import Right, Wrong
from services.enrollment.challenges.handlers.lifecycle import open_challenge, open_submitted
from services.enrollment.challenges.handlers.opening import supersede
from services.enrollment.devices.reading import activation_of
from services.enrollment.methods.registry.handlers import STRATEGIES
from services.enrollment.needs import (
    CanCount,
    CanPlan,
    CanResume,
    CanSubmit,
    HasAccounts,
    HasActivations,
    HasClock,
    HasLimiter,
    HasRegistrations,
)
from services.enrollment.registrations.beginning import Beginning, ClaimingPlan, Plan, RegistrationSnapshot
from services.enrollment.registrations.domain import ApiRegistration
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import MethodAlreadyRegisteredError, UnknownRegistrationError
from services.kit.ids import new_id, repeatable_id
from services.kit.mongo.document import DuplicateDocumentError


class CanRegister(CanPlan, CanSubmit, CanCount, HasAccounts, HasActivations, HasLimiter, HasRegistrations, Protocol):
    """Begins registrations by platforms."""


KEPT: timedelta = timedelta(minutes=10)
"""How long a registration without a question of its own can be pending."""


async def register(plan: Plan | ClaimingPlan, tenant: str, user: str, deps: CanRegister) -> RegistrationSnapshot:
    """Begin a registration; a person without an account has one from now on.

    Raises:
        ProblemError: why it cannot be, as the plan says; `methodAlreadyRegistered` where another call was faster;
            `sendLimitReached`; `rateLimited` for what takes slow hashes, asked for too often.
    """
    account, is_kept = await account_to_be(tenant, user, deps)
    return await _begin(plan, account, deps, is_kept=is_kept)


async def register_known(plan: Plan | ClaimingPlan, tenant: str, user: str, deps: CanRegister) -> RegistrationSnapshot:
    """The same for a person who must have an account: `unknownUser` otherwise."""
    return await _begin(plan, await account_of(tenant, user, deps), deps, is_kept=True)


async def read_registration(tenant: str, user: str, registration_id: str, deps: CanResume) -> RegistrationSnapshot:
    """How far a registration of this person is; what is handed out only once is not in it.

    Raises:
        ProblemError: `unknownUser`, `unknownRegistration`.
    """
    account = await account_of(tenant, user, deps)
    stored = await deps.registrations.get(registration_id)
    if stored is None or (stored.state.tenant, stored.state.user) != (tenant, user):
        raise UnknownRegistrationError
    activation = await activation_of(stored.state.activation, deps)
    registration = await STRATEGIES[stored.state.type].resume(stored.state, account, deps)
    found = await deps.challenges.get(registration.challenge_id) if registration.challenge_id else None
    challenge = found.state if found else None
    state = registration.state_at(deps.clock.now(), challenge)
    if state == "completed" and not account.ever_had(registration.method_id):
        state = "failed"
    return RegistrationSnapshot(registration, account, state, challenge, activation)


async def require_registered(challenge: Challenge, deps: HasAccounts, account: Account | None) -> Account:
    """After a proof that was right: the account with what it registered, read unless it is known.

    Raises:
        ProblemError: `unknownUser`; `methodAlreadyRegistered` or `methodLimitReached` where another registration was
            faster.
    """
    if account is None or account.erased_at:
        account = await account_of(challenge.tenant, challenge.user, deps)
    registration, method = challenge.registration, account.method(challenge.method_id)
    if registration is None or (method and method.destination_hash == registration.destination_hash):
        return account
    but = [registration.changes] if registration.changes else []
    problem = conflicts.conflict_of(account, challenge.method_type, registration, but=but)
    raise problem or MethodAlreadyRegisteredError


async def _begin(
    plan: Plan | ClaimingPlan, account: Account, deps: CanRegister, *, is_kept: bool
) -> RegistrationSnapshot:
    planned = plan(Claimant(account, locale=account.profile.locale), deps)
    beginning = planned if isinstance(planned, Beginning) else await planned
    async with counted(beginning.challenge, None, deps) as reservation:
        if not is_kept:
            await keep_account(account, deps)
        return await _begun(beginning, account, reservation, deps)


async def _begun(
    beginning: Beginning, account: Account, reservation: Reservation, deps: CanRegister
) -> RegistrationSnapshot:
    registration = _registration(beginning, account, deps)
    try:
        await deps.registrations.insert(registration.id, registration)
    except DuplicateDocumentError:
        if begun := await _begun_before(registration.id, account, deps):
            await reservation.give_back()
            return begun
        await deps.registrations.insert(registration.id, registration)
    if beginning.challenge is None:
        activation = await activation_of(registration.activation, deps)
        return RegistrationSnapshot(registration, account, "pending", activation=activation)
    if beginning.event:
        await count_keeping(account.id, deps)
        return await _kept(registration, beginning, beginning.challenge, beginning.event, deps)
    challenge = await open_challenge(beginning.challenge, deps, if_there=reservation.give_back)
    await supersede(challenge, deps)
    return RegistrationSnapshot(registration, account, "pending", challenge)


async def _begun_before(registration_id: str, account: Account, deps: CanRegister) -> RegistrationSnapshot | None:
    """What a request that is now repeated began; None where it did not come as far as to ask anything: then it is begun
    anew."""
    stored = await deps.registrations.get(registration_id)
    if stored is None:
        return None
    registration = stored.state
    found = await deps.challenges.get(registration.challenge_id) if registration.challenge_id else None
    if found is None and registration.challenge_id:
        await deps.registrations.delete(registration_id)
        return None
    challenge = found.state if found else None
    activation = await activation_of(registration.activation, deps)
    return RegistrationSnapshot(
        registration, account, registration.state_at(deps.clock.now(), challenge), challenge, activation
    )


async def _kept(
    registration: ApiRegistration, beginning: Beginning, asked: Challenge, event: Submitted, deps: CanRegister
) -> RegistrationSnapshot:
    """With nothing to prove, all waits for the verifier, which keeps it."""
    challenge, verdict = await open_submitted(asked, event, deps)
    if isinstance(verdict, Wrong):
        raise verdict.problem
    account = (
        await require_registered(challenge, deps, verdict.account)
        if isinstance(verdict, Right)
        else await account_of(registration.tenant, registration.user, deps)
    )
    state = registration.state_at(deps.clock.now(), challenge)
    return RegistrationSnapshot(registration, account, state, challenge, codes=beginning.codes)


def _registration(beginning: Beginning, account: Account, deps: HasClock) -> ApiRegistration:
    now, challenge, activation = deps.clock.now(), beginning.challenge, beginning.activation
    lasts = challenge or activation
    return ApiRegistration(
        id=new_id() if beginning.codes else repeatable_id("registration"),
        tenant=account.tenant,
        user=account.user,
        type=beginning.type,
        method_id=beginning.method_id,
        name=beginning.name,
        challenge_id=challenge.id if challenge else None,
        handle=activation.handle if activation else None,
        activation=activation,
        draft=beginning.draft,
        created_at=now,
        expires_at=lasts.expires_at if lasts else now + KEPT,
    )
