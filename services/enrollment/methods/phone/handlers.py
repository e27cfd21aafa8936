"""Registering a phone, or another number for one: by a code in a text message, or by a call."""

from dataclasses import dataclass
from typing import Literal

from services.enrollment.accounts.domain import methods
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge, PhoneType, Registration
from services.enrollment.challenges.handlers.asking import Target, by_code, phone_kind, target_of_challenge, to_register
from services.enrollment.methods.phone.domain import parse_extension, parse_number
from services.enrollment.policies.domain.policy import is_allowed
from services.enrollment.sessions.domain import lifecycle as rules
from services.enrollment.sessions.handlers.desk import Applicant, Desk, Visit, ask, current_challenge, pressed
from services.kit.errors import ProblemError
from services.kit.ids import new_id


@dataclass(frozen=True)
class TypedPhone:
    """A phone as a person or a platform names it. `region` None: only the international form is understood."""

    region: str | None
    number: str
    phone_type: PhoneType = "mobile"
    delivery: Literal["sms", "voice"] = "sms"
    extension: str = ""

    @property
    def by_voice(self) -> bool:
        """Whether it is called."""
        return self.delivery == "voice"


def phone_challenge(
    typed: TypedPhone, applicant: Applicant, identifier: str, desk: Desk, *, changes: str | None = None
) -> Challenge:
    """The challenge by which a number is proven; `changes` is the method whose number it is to be.

    Raises:
        ProblemError: `phoneNumberInvalid`, `phoneNumberNotAllowed`, `methodNotAllowedByPolicy`,
        `methodAlreadyRegistered`,
            `methodLimitReached`.
    """
    target = phone_target(typed, applicant.account, desk)
    method_id = changes or new_id()
    registration = Registration(
        display_name=target.masked,
        phone_type=typed.phone_type,
        delivery=typed.delivery,
        destination=target.sealed(applicant.binding(method_id), desk.sealer),
        destination_hash=target.digest,
        changes=changes,
    )
    require_registrable(applicant.account, typed, registration, desk)
    asked = to_register(identifier, "phone", registration, method_id)
    return by_code(asked, applicant, target, typed.delivery, desk, kind=phone_kind(typed.delivery, applicant, desk))


def phone_target(typed: TypedPhone, account: Account, desk: Desk) -> Target:
    """The number, checked.

    Raises:
        ProblemError: `phoneNumberInvalid`, `phoneNumberNotAllowed`.
    """
    numbers = desk.config.numbers
    number = parse_number(
        typed.number, typed.region, fictional=numbers.fictional, texts=not typed.by_voice, allowed=numbers.allow
    )
    extension = parse_extension(typed.extension) if typed.phone_type == "office" else ""
    plain = f"{number.e164};ext={extension}" if extension else number.e164
    return Target.of(plain, number.masked, account.tenant, desk)


def require_registrable(account: Account, typed: TypedPhone, registration: Registration, desk: Desk) -> None:
    """Raises `methodNotAllowedByPolicy`, `methodAlreadyRegistered` or `methodLimitReached`."""
    if not is_allowed(desk.policy(account), "phone"):
        raise ProblemError("methodNotAllowedByPolicy")
    if typed.phone_type != "mobile" and not typed.by_voice:
        raise ProblemError("methodNotAllowedByPolicy", "Only a mobile phone gets text messages; choose a call.")
    but = [registration.changes] if registration.changes else []
    if code := methods.conflict_of(account, "phone", registration, but=but):
        raise ProblemError(code)


async def request_phone(visit: Visit, typed: TypedPhone, form_token: str, desk: Desk) -> Visit:
    """Ask for a proof of a number. The same number by the same way, while its code still lives, sends nothing;
    another one ends the earlier challenge.

    Raises:
        ProblemError: as `phone_challenge`; `sessionEnded`, `rateLimited`.
    """
    rules.open_session(visit.account, visit.session.id, at=desk.clock.now())
    aim = visit.session.aim
    target = phone_target(typed, visit.account, desk)
    identifier = pressed(visit, f"{form_token} {target.digest} {typed.delivery}")
    challenge = phone_challenge(typed, visit.applicant, identifier, desk, changes=aim.changes if aim else None)
    return await ask(visit, challenge, _step_of(challenge), desk)


async def reach_otherwise(visit: Visit, delivery: Literal["sms", "voice"], desk: Desk) -> Visit:
    """Call instead of texting, or the other way round: the same number, and a challenge of its own.

    Raises:
        ProblemError: `challengeEnded`, `methodNotAllowedByPolicy`, `rateLimited`.
    """
    earlier = await current_challenge(visit, desk)
    if earlier is None or earlier.registration is None or earlier.method_type != "phone":
        raise ProblemError("challengeEnded")
    if delivery == "sms" and earlier.registration.phone_type != "mobile":
        raise ProblemError("methodNotAllowedByPolicy")
    target = target_of_challenge(earlier, desk)
    registration = earlier.registration.model_copy(update={"delivery": delivery})
    asked = to_register(pressed(visit, delivery), "phone", registration, earlier.method_id)
    kind = phone_kind(delivery, visit.applicant, desk)
    challenge = by_code(asked, visit.applicant, target, delivery, desk, kind=kind)
    return await ask(visit, challenge, _step_of(challenge), desk)


def _step_of(challenge: Challenge) -> str:
    return "phone.call" if challenge.terms.kind == "call" else "phone.code"
