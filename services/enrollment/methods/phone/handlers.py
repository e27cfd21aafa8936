"""Registering a phone, or another number for one: by a code in a text message, or by a call."""

from dataclasses import dataclass, replace
from typing import Final, Protocol

from schemas.base import Channel
from schemas.enrollment import without_extension
from schemas.verification import ProofKind
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.handlers.adding import require_registrable
from services.enrollment.challenges.domain.challenge import Challenge, PhoneDelivery, PhoneType, Registration
from services.enrollment.challenges.handlers.building import ProofRequest, to_register
from services.enrollment.methods.base.handlers import Proof, Strategy
from services.enrollment.methods.phone.domain import parse_extension, parse_number, takes_texts
from services.enrollment.needs import (
    CanAsk,
    CanAskToRegister,
    CanPlan,
    CanSend,
    CanShow,
    HasConfig,
    HasKeyring,
    HasPolicies,
)
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
from services.kit.errors import ChallengeEndedError, MethodNotAllowedByPolicyError
from services.kit.ids import new_id, repeatable_id

NO_WHATSAPP: Final = "Nobody carries WhatsApp messages here; choose a text or a call."


class KnowsNumbers(HasKeyring, HasConfig, Protocol):
    """Knows which numbers are reached."""


class CanReach(CanSend, KnowsNumbers, Protocol):
    """Builds challenges for numbers."""


class CanAskByPhone(CanAsk, CanReach, Protocol):
    """Asks for the proof of a new number."""


@dataclass(frozen=True)
class TypedPhone:
    """A phone as a person or a platform names it. `region` None: only the international form is understood."""

    region: str | None
    number: str
    phone_type: PhoneType = "mobile"
    delivery: PhoneDelivery = "sms"
    extension: str = ""

    @property
    def by_voice(self) -> bool:
        return self.delivery == "voice"


def phone_challenge(
    typed: TypedPhone, claimant: Claimant, identifier: str, deps: CanReach, *, changes: str | None = None
) -> Challenge:
    """The challenge by which a number is proven; `changes` is the method whose number it is to be.

    Raises:
        ProblemError: `phoneNumberInvalid`, `phoneNumberNotAllowed`, `methodNotAllowedByPolicy`,
            `methodAlreadyRegistered`, `methodLimitReached`.
    """
    destination = phone_destination(typed, claimant.account, deps)
    method_id = changes or new_id()
    registration = Registration(
        display_name=destination.masked,
        phone_type=typed.phone_type,
        delivery=typed.delivery,
        destination=destination.sealed(claimant.binding(method_id), deps.sealer),
        destination_hash=destination.digest,
        changes=changes,
    )
    if typed.phone_type != "mobile" and not typed.by_voice:
        raise MethodNotAllowedByPolicyError("Only a mobile phone gets text messages; choose a call.")
    if typed.delivery not in phone_ways(typed.phone_type, deps):
        raise MethodNotAllowedByPolicyError(NO_WHATSAPP)
    require_registrable(claimant.account, "phone", deps, registration)
    asked = to_register(identifier, "phone", registration, method_id)
    return sent_code_challenge(
        asked, claimant, destination, typed.delivery, deps, kind=phone_kind(typed.delivery, claimant, deps)
    )


def phone_destination(typed: TypedPhone, account: Account, deps: KnowsNumbers) -> PlainDestination:
    """The number, checked.

    Raises:
        ProblemError: `phoneNumberInvalid`, `phoneNumberNotAllowed`.
    """
    numbers = deps.config.numbers
    number = parse_number(
        typed.number, typed.region, fictional=numbers.fictional, texts=not typed.by_voice, allowed=numbers.allow
    )
    extension = parse_extension(typed.extension) if typed.phone_type == "office" else ""
    plain = f"{number.e164};ext={extension}" if extension else number.e164
    return PlainDestination.of(plain, number.masked, account, deps)


async def request_phone(principal: Principal, typed: TypedPhone, form_token: str, deps: CanAskByPhone) -> Principal:
    """Ask for a proof of a number. The same number by the same way, while its code still lives, sends nothing; another
    one ends the earlier challenge. Raises the same as `phone_challenge`; `sessionEnded`, `rateLimited`."""
    lifecycle.open_session(principal.account, principal.session.id, at=deps.clock.now())
    change = principal.session.requested_change
    destination = phone_destination(typed, principal.account, deps)
    identifier = pressed(principal, f"{form_token} {destination.digest} {typed.delivery}")
    challenge = phone_challenge(typed, principal.claimant, identifier, deps, changes=change.changes if change else None)
    return await ask(principal, challenge, _step_of(challenge), deps)


async def reach_otherwise(principal: Principal, delivery: PhoneDelivery, deps: CanAskToRegister) -> Principal:
    """Call instead of texting, write by WhatsApp, or the other way round: the same number, and a challenge of its own.

    Raises:
        ProblemError: `challengeEnded`, `methodNotAllowedByPolicy`, `rateLimited`.
    """
    earlier = await current_challenge(principal, deps)
    if earlier is None or earlier.registration is None or earlier.method_type != "phone":
        raise ChallengeEndedError
    if delivery not in ways_of(earlier, earlier.registration, deps):
        raise MethodNotAllowedByPolicyError
    destination = destination_of_challenge(earlier, deps)
    registration = earlier.registration.model_copy(update={"delivery": delivery})
    asked = to_register(pressed(principal, delivery), "phone", registration, earlier.method_id)
    kind = phone_kind(delivery, principal.claimant, deps)
    challenge = sent_code_challenge(asked, principal.claimant, destination, delivery, deps, kind=kind)
    return await ask(principal, challenge, _step_of(challenge), deps)


def phone_ways(
    phone_type: PhoneType, deps: HasConfig, *, to: PlainDestination | None = None
) -> tuple[PhoneDelivery, ...]:
    """How a type of phone can be reached; a number that is known to be of a landline takes calls alone. WhatsApp is a
    way of its own where a provider for it is configured."""
    if phone_type != "mobile" or (to and not takes_texts(without_extension(to.plain.get_secret_value()))):
        return ("voice",)
    return ("sms", "voice", "whatsapp") if "whatsapp" in deps.config.providers.channels else ("sms", "voice")


def way_among(ways: tuple[PhoneDelivery, ...], wanted: str | None) -> PhoneDelivery:
    """The wanted way, or the first where that is none of them."""
    return next((way for way in ways if way == wanted), ways[0])


def ways_of(challenge: Challenge, known: Method | Registration, deps: CanShow) -> tuple[PhoneDelivery, ...]:
    """How the phone of a challenge can be reached. What the numbering plan says counts only for one that gets calls:
    another one took a text."""
    to = destination_of_challenge(challenge, deps) if known.delivery == "voice" else None
    return phone_ways(known.phone_type or "mobile", deps, to=to)


def ways_besides(challenge: Challenge, deps: CanShow) -> frozenset[Channel]:
    """How else a number can be reached that is being registered."""
    registration = challenge.registration
    return frozenset(ways_of(challenge, registration, deps)) - {challenge.channel} if registration else frozenset()


def _step_of(challenge: Challenge) -> str:
    return "phone.call" if challenge.terms.kind == "call" else "phone.code"


def phone_kind(delivery: str | None, claimant: Claimant, deps: HasPolicies) -> ProofKind:
    return "call" if delivery == "voice" and deps.terms(claimant.account).voice == "key" else "code"


def a_phone(typed: TypedPhone, *, changes: str | None = None) -> Plan:
    def plan(claimant: Claimant, deps: CanPlan) -> Beginning:
        return proven_by(phone_challenge(typed, claimant, repeatable_id("challenge"), deps, changes=changes))

    return plan


def another_number(method_id: str, typed: TypedPhone) -> Plan:
    """Another number for a phone. It keeps its id, and the old number works until the new one is proven.

    Raises:
        ProblemError: `unknownMethod`; `methodAlreadyRegistered` for the number that it has; see `phone_challenge`.
    """

    def plan(claimant: Claimant, deps: CanPlan) -> Beginning:
        method = changeable(claimant.account, method_id, "phone")
        ways = phone_ways(method.phone_type or "mobile", deps)
        same = replace(typed, phone_type=method.phone_type or "mobile", delivery=way_among(ways, method.delivery))
        require_other(method, phone_destination(same, claimant.account, deps).digest)
        return a_phone(same, changes=method.id)(claimant, deps)

    return plan


async def _ask(method: Method, asked: ProofRequest, claimant: Claimant, deps: CanReach) -> Challenge:
    """By the way that the person chose, else by that in which the number was proven; where that is WhatsApp, and nobody
    carries it any more, by a text."""
    destination = destination_of(method, claimant, deps)
    ways = phone_ways(method.phone_type or "mobile", deps, to=destination if method.delivery == "voice" else None)
    way = way_among(ways, asked.by or method.delivery)
    return sent_code_challenge(asked, claimant, destination, way, deps, kind=phone_kind(way, claimant, deps))


CALL = Proof()
STRATEGY = Strategy(_ask, ways=ways_of)
