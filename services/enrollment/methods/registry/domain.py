"""The rules of all methods: a line each, and its place in each order."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.base import MethodType
from schemas.verification import ProofKind
from services.enrollment.methods.authenticator_app.domain import TRAITS as AUTHENTICATOR_APP
from services.enrollment.methods.base.domain import ProofTraits, Traits
from services.enrollment.methods.email.domain import TRAITS as EMAIL
from services.enrollment.methods.hardware_oath.domain.method import TRAITS as HARDWARE_OATH
from services.enrollment.methods.passkey.domain import TRAITS as PASSKEY
from services.enrollment.methods.phone.domain import TRAITS as PHONE
from services.enrollment.methods.recovery_codes.domain import TRAITS as RECOVERY_CODES
from services.enrollment.methods.security_questions.domain import TRAITS as SECURITY_QUESTIONS
from services.enrollment.methods.software_oath.domain import TRAITS as SOFTWARE_OATH
from services.enrollment.methods.temporary_access_pass.domain import TRAITS as TEMPORARY_ACCESS_PASS

IN_ORDER: Final = (
    AUTHENTICATOR_APP,
    SOFTWARE_OATH,
    HARDWARE_OATH,
    PASSKEY,
    PHONE,
    EMAIL,
    SECURITY_QUESTIONS,
    RECOVERY_CODES,
    TEMPORARY_ACCESS_PASS,
)
"""As the report of registrations lists them."""

TRAITS: Final[Mapping[MethodType, Traits]] = MappingProxyType({traits.type: traits for traits in IN_ORDER})
PROOFS: Final[Mapping[ProofKind, ProofTraits]] = MappingProxyType(
    {kind: proof for traits in IN_ORDER for kind, proof in traits.proofs.items()}
)

MOST_SECURE_FIRST: Final[tuple[MethodType, ...]] = (
    PASSKEY.type,
    AUTHENTICATOR_APP.type,
    HARDWARE_OATH.type,
    SOFTWARE_OATH.type,
    PHONE.type,
    EMAIL.type,
    SECURITY_QUESTIONS.type,
    RECOVERY_CODES.type,
)
PROPOSED_FIRST: Final[tuple[MethodType, ...]] = (
    AUTHENTICATOR_APP.type,
    PHONE.type,
    PASSKEY.type,
    SOFTWARE_OATH.type,
    HARDWARE_OATH.type,
    EMAIL.type,
    SECURITY_QUESTIONS.type,
    RECOVERY_CODES.type,
)
"""What is proposed where any methods will do: what most people can set up where they are. A passkey depends on the
browser, so that it is offered, not put first."""

DEFAULT_ORDER: Final[tuple[MethodType, ...]] = (
    AUTHENTICATOR_APP.type,
    PASSKEY.type,
    HARDWARE_OATH.type,
    SOFTWARE_OATH.type,
    PHONE.type,
)
"""What can be the default method, and which one is where the person has not chosen: the app if it is registered, and
the phone if there is nothing else. What only gets people back in can be none."""

DEFAULT_STANDING: Final[Mapping[MethodType, int]] = MappingProxyType(
    {AUTHENTICATOR_APP.type: 2, PASSKEY.type: 2, HARDWARE_OATH.type: 1, SOFTWARE_OATH.type: 1, PHONE.type: 0}
)
"""A default gives way to a newer method of a higher standing, never to one of the same or a lower one."""

PROVEN_FIRST: Final[tuple[MethodType, ...]] = (
    TEMPORARY_ACCESS_PASS.type,
    PASSKEY.type,
    AUTHENTICATOR_APP.type,
    HARDWARE_OATH.type,
    SOFTWARE_OATH.type,
    PHONE.type,
    RECOVERY_CODES.type,
    EMAIL.type,
    SECURITY_QUESTIONS.type,
)
"""The order in which proofs are preferred. A pass comes first: who was given one has nothing else at hand."""

STRONG: Final = tuple(method_type for method_type in PROVEN_FIRST if TRAITS[method_type].strength != "recovery")
WEAK: Final = tuple(method_type for method_type in PROVEN_FIRST if TRAITS[method_type].strength == "recovery")
"""What only recovers an account: it proves the person only where there is nothing stronger, and under the profile
`entra`."""

SET_UP: Final = tuple(traits for traits in IN_ORDER if traits.steps)
"""What people set up themselves."""

OF_A_DEVICE: Final = AUTHENTICATOR_APP.type
"""What a connected device is, once it has proven itself."""
