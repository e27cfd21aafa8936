"""Registrations that a platform asks for: what is set up, how far it is, and another number for a phone."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import SecretStr

from schemas.base import MethodType
from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account, Method, account_id
from services.enrollment.accounts.handlers.lookup import account_of, account_to_be, keep_account
from services.enrollment.accounts.handlers.self_service import clean_name
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.challenges.handlers import at_once
from services.enrollment.challenges.handlers.asking import by_push, to_register
from services.enrollment.challenges.handlers.opening import supersede
from services.enrollment.dependencies import Claimant, Dependencies, open_challenge
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.email import handlers as emails
from services.enrollment.methods.passkey import handlers as passkeys
from services.enrollment.methods.phone import handlers as phones
from services.enrollment.methods.phone.handlers import TypedPhone
from services.enrollment.methods.software_oath import handlers as software
from services.enrollment.registrations.domain import ApiRegistration, RegistrationState
from services.enrollment.sessions.domain.session import Draft
from services.kit.decision import Change
from services.kit.errors import (
    CATALOGUE,
    MethodAlreadyRegisteredError,
    UnknownMethodError,
    UnknownRegistrationError,
)
from services.kit.ids import new_id
from services.kit.mongo.document import DuplicateDocumentError

AT_ONCE: frozenset[MethodType] = frozenset({"securityQuestions", "recoveryCodes", "temporaryAccessPass"})
"""Types with nothing to prove: nobody is asked for anything."""

KEPT: timedelta = timedelta(minutes=10)
"""How long a registration without a question of its own can be pending."""


@dataclass(frozen=True)
class Beginning:
    """A registration that nothing stands against. `event` is what there is to keep of a method with nothing to prove,
    `codes` what is handed out, for this one time."""

    type: MethodType
    method_id: str
    challenge: Challenge | None = None
    event: Submitted | None = None
    activation: Activation | None = None
    draft: Draft | None = None
    name: str | None = None
    codes: tuple[SecretStr, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A registration as it is now."""

    registration: ApiRegistration
    account: Account
    state: RegistrationState
    challenge: Challenge | None = None
    activation: Activation | None = None
    codes: tuple[SecretStr, ...] = ()

    @property
    def asks(self) -> Challenge | None:
        """What the person is asked, if anything."""
        return None if self.registration.type in AT_ONCE else self.challenge


Plan = Callable[[Claimant, Dependencies], Beginning]
"""Checks what is wanted; raises why it cannot be."""


def a_phone(typed: TypedPhone, *, changes: str | None = None) -> Plan:
    """A phone, or another number for one. See `phones.phone_challenge`."""
    return lambda claimant, deps: _proven_by(phones.phone_challenge(typed, claimant, new_id(), deps, changes=changes))


def an_email(address: str, *, changes: str | None = None) -> Plan:
    """An address, or another one for it. See `emails.email_challenge`."""
    return lambda claimant, deps: _proven_by(emails.email_challenge(address, claimant, new_id(), deps, changes=changes))


def a_passkey(claimant: Claimant, deps: Dependencies) -> Beginning:
    """A passkey. See `passkeys.passkey_challenge`."""
    return _proven_by(passkeys.passkey_challenge(claimant, new_id(), deps))


def an_app(name: str | None) -> Plan:
    """An authenticator app, by a QR code. The question comes when a device has connected."""

    def plan(claimant: Claimant, deps: Dependencies) -> Beginning:
        apps.require_registrable(claimant.account, deps)
        activation = apps.new_activation(claimant, deps)
        called = clean_name(name or "")
        return Beginning("authenticatorApp", activation.method_id, activation=activation, name=called)

    return plan


def another_app(claimant: Claimant, deps: Dependencies) -> Beginning:
    """A different authenticator app, by a secret."""
    software.require_registrable(claimant.account, deps)
    draft = software.new_draft(claimant, deps)
    return replace(_proven_by(software.code_challenge(draft, claimant, new_id(), deps)), draft=draft)


def answers(given: Sequence[tuple[str, SecretStr]]) -> Plan:
    """Security questions with their answers. See `at_once.answers_challenge`."""

    def plan(claimant: Claimant, deps: Dependencies) -> Beginning:
        challenge, event = at_once.answers_challenge(given, claimant, new_id(), deps)
        return replace(_proven_by(challenge), event=event)

    return plan


def recovery_codes(claimant: Claimant, deps: Dependencies) -> Beginning:
    """Ten codes, which take the place of earlier ones."""
    draft = at_once.new_codes(claimant, deps)
    challenge, event = at_once.codes_challenge(draft, claimant, new_id(), deps)
    return replace(_proven_by(challenge), event=event, codes=at_once.codes_of(draft, claimant, deps))


def access_pass(lifetime: timedelta, *, is_usable_once: bool) -> Plan:
    """A Temporary Access Pass, which takes the place of an earlier one. See `at_once.pass_challenge`."""

    def plan(claimant: Claimant, deps: Dependencies) -> Beginning:
        challenge, event, given = at_once.pass_challenge(
            lifetime, claimant, new_id(), deps, is_usable_once=is_usable_once
        )
        return replace(_proven_by(challenge), event=event, codes=(given,))

    return plan


async def register(plan: Plan, tenant: str, user: str, deps: Dependencies) -> Reading:
    """Begin a registration; a person without an account has one from now on.

    Raises:
        ProblemError: why it cannot be, as the plan says; `methodAlreadyRegistered` where another call was faster.
    """
    return await _begin(plan, await account_to_be(tenant, user, deps), deps)


async def register_known(plan: Plan, tenant: str, user: str, deps: Dependencies) -> Reading:
    """The same for a person who must have an account: `unknownUser` otherwise."""
    return await _begin(plan, await account_of(tenant, user, deps), deps)


async def change_number(tenant: str, user: str, method_id: str, typed: TypedPhone, deps: Dependencies) -> Reading:
    """Begin to give a phone another number. It keeps its id, and the old number works until the new one is proven.

    Raises:
        ProblemError: `unknownUser`, `unknownMethod`; `methodAlreadyRegistered` for the number that it has; see
            `phones.phone_challenge`.
    """
    account = await account_of(tenant, user, deps)
    method = changeable(account, method_id, "phone")
    same = replace(typed, phone_type=method.phone_type or "mobile", delivery=method.delivery or "sms")
    _require_other(method, phones.phone_target(same, account, deps).digest)
    return await _begin(a_phone(same, changes=method.id), account, deps)


async def change_address(tenant: str, user: str, method_id: str, address: str, deps: Dependencies) -> Reading:
    """The same for an email address."""
    account = await account_of(tenant, user, deps)
    method = changeable(account, method_id, "email")
    reading = an_email(address, changes=method.id)(Claimant(account, locale=account.profile.locale), deps)
    registration = reading.challenge.registration if reading.challenge else None
    _require_other(method, registration.destination_hash if registration else None)
    return await _begin(lambda *_: reading, account, deps)


def changeable(account: Account, method_id: str, kind: MethodType) -> Method:
    """The method of that type, if it is active.

    Raises:
        ProblemError: `unknownMethod`.
    """
    method = account.method(method_id)
    if method is None or method.type != kind or method.state != "active":
        raise UnknownMethodError
    return method


async def read_registration(tenant: str, user: str, registration_id: str, deps: Dependencies) -> Reading:
    """How far a registration of this person is; what is handed out only once is not in it.

    Raises:
        ProblemError: `unknownUser`, `unknownRegistration`.
    """
    account = await account_of(tenant, user, deps)
    stored = await deps.registrations.get(registration_id)
    if stored is None or (stored.state.tenant, stored.state.user) != (tenant, user):
        raise UnknownRegistrationError
    activation = await _activation(stored.state, deps)
    registration = await _asked(stored.state, activation, account, deps)
    found = await deps.challenges.get(registration.challenge_id) if registration.challenge_id else None
    challenge = found.state if found else None
    state = registration.state_at(deps.clock.now(), challenge)
    if state == "completed" and not account.ever_had(registration.method_id):
        state = "failed"
    return Reading(registration, account, state, challenge, activation)


async def ask_connected(handle: str, device: Device, deps: Dependencies) -> None:
    """A device has connected by the QR code of a registration: ask it for its first approval."""
    stored = await deps.registrations.of_handle(handle)
    account = await deps.accounts.get(account_id(device.tenant, device.user))
    if stored is None or account is None:
        return
    await _ask(stored.state, device, account.state, deps)


async def require_registered(challenge: Challenge, deps: Dependencies) -> Account:
    """After a proof that was right: the account with what it registered.

    Raises:
        ProblemError: `unknownUser`; `methodAlreadyRegistered` or `methodLimitReached` where another registration was
            faster.
    """
    account = await account_of(challenge.tenant, challenge.user, deps)
    registration, method = challenge.registration, account.method(challenge.method_id)
    if registration is None or (method and method.destination_hash == registration.destination_hash):
        return account
    but = [registration.changes] if registration.changes else []
    problem = conflicts.conflict_of(account, challenge.method_type, registration, but=but)
    raise problem or MethodAlreadyRegisteredError


async def _begin(plan: Plan, account: Account, deps: Dependencies) -> Reading:
    beginning = plan(Claimant(account, locale=account.profile.locale), deps)
    await keep_account(account, deps)
    registration = _registration(beginning, account, deps)
    await deps.registrations.insert(registration.id, registration)
    if beginning.challenge is None:
        activation = await _activation(registration, deps)
        return Reading(registration, account, "pending", activation=activation)
    if beginning.event:
        return await _kept(registration, beginning, beginning.challenge, beginning.event, deps)
    challenge = await open_challenge(beginning.challenge, deps)
    await supersede(challenge, deps)
    return Reading(registration, account, "pending", challenge)


async def _kept(
    registration: ApiRegistration, beginning: Beginning, asked: Challenge, event: Submitted, deps: Dependencies
) -> Reading:
    """With nothing to prove, all waits for the verifier, which keeps it."""
    challenge, result = await at_once.keep(asked, event, deps)
    if result not in {"verified", None}:
        raise CATALOGUE[result]
    account = (
        await require_registered(challenge, deps)
        if result
        else await account_of(registration.tenant, registration.user, deps)
    )
    state = registration.state_at(deps.clock.now(), challenge)
    return Reading(registration, account, state, challenge, codes=beginning.codes)


def _registration(beginning: Beginning, account: Account, deps: Dependencies) -> ApiRegistration:
    now, challenge, activation = deps.clock.now(), beginning.challenge, beginning.activation
    lasts = challenge or activation
    return ApiRegistration(
        id=new_id(),
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


async def _activation(registration: ApiRegistration, deps: Dependencies) -> Activation | None:
    """What the QR code leads to; one that a crash left out is stored now."""
    draft = registration.activation
    if draft is None:
        return None
    stored = await deps.activations.get(draft.handle)
    if stored:
        return stored.state
    try:
        return (await deps.activations.insert(draft.handle, draft)).state
    except DuplicateDocumentError:
        return draft


async def _asked(
    registration: ApiRegistration, activation: Activation | None, account: Account, deps: Dependencies
) -> ApiRegistration:
    """With its question, also where a crash came between the connection and the question."""
    if registration.challenge_id or activation is None or activation.device_id is None:
        return registration
    device = await deps.devices.get(activation.device_id)
    return await _ask(registration, device.state, account, deps) if device else registration


async def _ask(registration: ApiRegistration, device: Device, account: Account, deps: Dependencies) -> ApiRegistration:
    """Asked twice at once, it is the same question."""
    identifier = str(uuid.uuid5(uuid.UUID(registration.id), device.id))
    named = apps.registration_of(device).model_copy(update={"name": registration.name or device.name})
    asked = to_register(identifier, "authenticatorApp", named, device.method_id)
    challenge = by_push(asked, Claimant(account, locale=account.profile.locale), device, deps)
    await open_challenge(challenge, deps)
    stored = await deps.registrations.change(
        registration.id, lambda state: Change(state.model_copy(update={"challenge_id": identifier}))
    )
    deps.signals.tell(device.id)
    return stored.state if stored else registration


def _proven_by(challenge: Challenge) -> Beginning:
    return Beginning(challenge.method_type, challenge.method_id, challenge)


def _require_other(method: Method, digest: str | None) -> None:
    if method.destination_hash == digest:
        raise MethodAlreadyRegisteredError
