"""Phone numbers: read, checked against the chosen country and the numbering plan, masked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Registration
from services.enrollment.methods.base.domain import ProofTraits, Traits, WizardStep
from services.enrollment.proofs.sent_code.domain import SENT_CODE
from services.kit.errors import (
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    PhoneNumberInvalidError,
    PhoneNumberNotAllowedError,
    ProblemError,
)

MAX_LENGTH = 40

Range = Literal["premium", "virtual"]

REFUSED: dict[int, Range] = {
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
    PhoneNumberType.UAN: "premium",
    PhoneNumberType.TOLL_FREE: "premium",
    PhoneNumberType.PAGER: "virtual",
    PhoneNumberType.PERSONAL_NUMBER: "virtual",
    PhoneNumberType.VOIP: "virtual",
    PhoneNumberType.VOICEMAIL: "virtual",
}
"""Costly to send to, or bound to no device: refused unless the configuration allows them."""

NEVER_TEXTED = {PhoneNumberType.FIXED_LINE}


@dataclass(frozen=True)
class PhoneNumber:
    """A checked number. `e164` is a secret of the person: it is sealed before it is stored."""

    e164: str
    masked: str


def parse_number(
    text: str,
    region: str | None,
    *,
    fictional: tuple[str, ...] = (),
    texts: bool = True,
    allowed: Collection[Range] = (),
) -> PhoneNumber:
    """The number that `text` means when typed in `region` (ISO 3166-1 alpha-2; None: only the international form).

    Raises:
        ProblemError: `phoneNumberInvalid`, also for another country's number; `phoneNumberNotAllowed` for a range
            that is refused.
    """
    number = _parsed(text, region)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if e164.startswith(fictional):
        if region not in {None, phonenumbers.region_code_for_country_code(number.country_code or 0)} or len(e164) != 13:
            raise PhoneNumberInvalidError
        return PhoneNumber(e164, mask(e164, number.country_code))
    if REFUSED.get(phonenumbers.number_type(number)) not in {None, *allowed}:
        raise PhoneNumberNotAllowedError
    if not phonenumbers.is_valid_number(number) or not _belongs(number, region):
        raise PhoneNumberInvalidError
    if texts and phonenumbers.number_type(number) in NEVER_TEXTED:
        raise PhoneNumberNotAllowedError("This number cannot receive text messages.")
    return PhoneNumber(e164, mask(e164, number.country_code))


def parse_extension(text: str) -> str:
    """The extension behind a number: 1 to 11 digits, or none. Raises `phoneNumberInvalid`."""
    digits = text.strip()
    if digits and not (digits.isascii() and digits.isdecimal() and len(digits) <= 11):
        raise PhoneNumberInvalidError("An extension is up to 11 digits.")
    return digits


def mask(e164: str, country_code: int | None) -> str:
    """`+44 •••• ••0142`: the country code and the last four digits."""
    return f"+{country_code} •••• ••{e164[-4:]}"


def takes_texts(e164: str) -> bool:
    """Whether a number is a mobile one, as far as the numbering plan tells."""
    return phonenumbers.number_type(phonenumbers.parse(e164)) not in NEVER_TEXTED


def region_of(e164: str) -> str | None:
    """The region in which a number lives."""
    region: str | None = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    return region


def country_of(e164: str) -> str:
    """The region of a number, or its calling code where that belongs to none; fictional ones lie in their country."""
    number = phonenumbers.parse(e164)
    region: str | None = phonenumbers.region_code_for_number(number)
    code = number.country_code or 0
    found: str = region or phonenumbers.region_code_for_country_code(code)
    return found if found.isalpha() else f"+{code}"


def region_of_typed(text: str, region: str) -> str | None:
    """Where a number lives that was typed with a country's calling code, if that is not `region`; None for what is a
    number nowhere."""
    try:
        number = _parsed(text, region)
    except PhoneNumberInvalidError:
        return None
    found: str | None = phonenumbers.region_code_for_number(number)
    return found if found != region and phonenumbers.is_valid_number(number) else None


def national_format(e164: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.NATIONAL)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber:
    if len(text) > MAX_LENGTH:
        raise PhoneNumberInvalidError
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        raise PhoneNumberInvalidError from None


def _belongs(number: phonenumbers.PhoneNumber, region: str | None) -> bool:
    return region is None or phonenumbers.is_valid_number_for_region(number, region)


def _beside(_: Traits, phones: Sequence[Method], registration: Registration) -> type[ProblemError] | None:
    """One of each phone type; an alternative one only beside a mobile."""
    taken = {phone.phone_type for phone in phones}
    if registration.phone_type in taken:
        return MethodLimitReachedError
    if registration.phone_type == "alternateMobile" and "mobile" not in taken:
        return MethodNotAllowedByPolicyError
    return None


_ASKED_FROM = frozenset({"phone", "phone.code", "phone.call"})

TRAITS = Traits(
    type="phone",
    proofs={
        "code": SENT_CODE,
        "call": ProofTraits(amr=("tel",), channels=frozenset({"voice"}), is_taken_by_notifier=True),
    },
    steps=(
        WizardStep("phone"),
        WizardStep("phone.code", back_to=("phone",), asked_from=_ASKED_FROM),
        WizardStep("phone.call", back_to=("phone",), asked_from=_ASKED_FROM),
        WizardStep("phone.verified"),
    ),
    conflict=_beside,
    phone_types=("mobile", "alternateMobile", "office"),
    texted=frozenset({"mobile"}),
    has_one_place=True,
    has_destination=True,
    delivered_by=frozenset({"sms", "voice"}),
    also_by=frozenset({"whatsapp"}),
    needs_telephone=True,
    country_of=country_of,
    starts_by_itself=True,
)
