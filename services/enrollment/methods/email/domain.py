"""Email addresses: read, brought into one form, masked."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from services.enrollment.methods.base.domain import Traits, WizardStep
from services.enrollment.proofs.sent_code.domain import SENT_CODE
from services.kit.errors import EmailInvalidError

MAX_LENGTH = 254
LONGEST_SHOWN = 120
"""Characters of a domain in a mask, which `schemas.enrollment` bounds."""


@dataclass(frozen=True)
class EmailAddress:
    """A checked address in lower case. `address` is personal: it is sealed before it is stored."""

    address: str
    masked: str


def parse_address(text: str) -> EmailAddress:
    """The address that `text` means (RFC 5321; without comments, quoted local parts and address literals).

    Raises:
        ProblemError: `emailInvalid`.
    """
    try:
        found = validate_email(text.strip()[: MAX_LENGTH + 1], check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise EmailInvalidError from None
    address = (found.ascii_email or found.normalized).lower()
    return EmailAddress(address, mask(address))


def mask(address: str) -> str:
    """`a•••@northbridge.example`: the first character and the domain; of a long one its beginning and last label."""
    local, _, domain = address.rpartition("@")
    if len(domain) > LONGEST_SHOWN:
        last = domain[domain.rfind(".") :]
        domain = f"{domain[: LONGEST_SHOWN - len(last) - 1]}…{last}"
    return f"{local[:1]}•••@{domain}"


TRAITS = Traits(
    type="email",
    proofs={"code": SENT_CODE},
    steps=(
        WizardStep("email"),
        WizardStep("email.code", back_to=("email",), asked_from=frozenset({"email", "email.code"})),
        WizardStep("email.verified"),
    ),
    strength="recovery",
    limit=1,
    has_one_place=True,
    has_destination=True,
    delivered_by=frozenset({"email"}),
)


def is_at(address: str, principal_name: str) -> bool:
    """Whether an address is of the domain in which the person signs in."""
    domain = principal_name.rpartition("@")[2].casefold()
    return bool(domain) and address.strip().rpartition("@")[2].casefold() == domain
