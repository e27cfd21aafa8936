"""The pages of all methods and kinds of proof: a line each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from schemas.base import MethodType
from schemas.verification import ProofKind
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.authenticator_app.approval_pages import PROOF as APPROVAL
from services.enrollment.methods.authenticator_app.pages import PAGES as AUTHENTICATOR_APP
from services.enrollment.methods.base.pages import MethodPages, Picture, ProofPage, StepPage
from services.enrollment.methods.email.pages import PAGES as EMAIL
from services.enrollment.methods.hardware_oath.pages import PAGES as HARDWARE_OATH
from services.enrollment.methods.hardware_oath.pages import PROOF as COUNTED_CODE
from services.enrollment.methods.passkey.pages import PAGES as PASSKEY
from services.enrollment.methods.passkey.pages import PROOF as PASSKEY_PROOF
from services.enrollment.methods.phone.call_pages import PROOF as CALL
from services.enrollment.methods.phone.pages import PAGES as PHONE
from services.enrollment.methods.recovery_codes.pages import PAGES as RECOVERY_CODES
from services.enrollment.methods.recovery_codes.pages import PROOF as RECOVERY_CODE
from services.enrollment.methods.security_questions.pages import PAGES as SECURITY_QUESTIONS
from services.enrollment.methods.security_questions.pages import PROOF as ANSWERS
from services.enrollment.methods.software_oath.pages import PAGES as SOFTWARE_OATH
from services.enrollment.methods.temporary_access_pass.pages import PROOF as ACCESS_PASS
from services.enrollment.proofs.app_code.pages import PROOF as APP_CODE
from services.enrollment.proofs.sent_code.pages import PROOF as SENT_CODE

PAGES: Final[tuple[MethodPages, ...]] = (
    AUTHENTICATOR_APP,
    PHONE,
    SOFTWARE_OATH,
    HARDWARE_OATH,
    EMAIL,
    SECURITY_QUESTIONS,
    PASSKEY,
    RECOVERY_CODES,
)
STEPS: Final[Mapping[str, StepPage]] = MappingProxyType(
    {name: step for pages in PAGES for name, step in pages.steps.items()}
)
"""The steps of all methods by name."""

PICTURES: Final[Mapping[str, Picture]] = MappingProxyType(
    {name: picture for pages in PAGES for name, picture in pages.pictures.items()}
)
"""QR codes by the name in their address."""

_PROOFS: Final[tuple[ProofPage[Any], ...]] = (
    SENT_CODE,
    CALL,
    APP_CODE,
    COUNTED_CODE,
    APPROVAL,
    PASSKEY_PROOF,
    ANSWERS,
    RECOVERY_CODE,
    ACCESS_PASS,
)
PROOF_PAGES: Final[Mapping[ProofKind, ProofPage[Any]]] = MappingProxyType({page.kind: page for page in _PROOFS})
_OF_TYPE: Final[Mapping[tuple[MethodType, ProofKind], ProofPage[Any]]] = MappingProxyType(
    {(pages.type, page.kind): page for pages in PAGES for page in pages.proofs}
)


def proof_page(challenge: Challenge) -> ProofPage[Any]:
    """The page of the proof that is asked for: the method's own, or that of its kind."""
    kind = challenge.terms.kind
    return _OF_TYPE.get((challenge.method_type, kind), PROOF_PAGES[kind])
