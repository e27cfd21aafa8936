"""The use cases of all methods and kinds of proof: a line each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.base import MethodType
from schemas.verification import ProofKind
from services.enrollment.methods.authenticator_app import handlers as authenticator_app
from services.enrollment.methods.authenticator_app import registration as authenticator_app_registration
from services.enrollment.methods.base.handlers import Proof, Strategy
from services.enrollment.methods.email import handlers as email
from services.enrollment.methods.hardware_oath.handlers import registering as hardware_oath
from services.enrollment.methods.passkey import handlers as passkey
from services.enrollment.methods.phone import handlers as phone
from services.enrollment.methods.recovery_codes import handlers as recovery_codes
from services.enrollment.methods.security_questions import handlers as security_questions
from services.enrollment.methods.software_oath import handlers as software_oath
from services.enrollment.methods.temporary_access_pass import handlers as temporary_access_pass
from services.enrollment.proofs.app_code import handlers as app_code
from services.enrollment.proofs.sent_code import handlers as sent_code

STRATEGIES: Final[Mapping[MethodType, Strategy]] = MappingProxyType(
    {
        "authenticatorApp": authenticator_app_registration.STRATEGY,
        "softwareOath": software_oath.STRATEGY,
        "hardwareOath": hardware_oath.STRATEGY,
        "passkey": passkey.STRATEGY,
        "phone": phone.STRATEGY,
        "email": email.STRATEGY,
        "securityQuestions": security_questions.STRATEGY,
        "recoveryCodes": recovery_codes.STRATEGY,
        "temporaryAccessPass": temporary_access_pass.STRATEGY,
    }
)
PROOFS: Final[Mapping[ProofKind, Proof]] = MappingProxyType(
    {
        "code": sent_code.PROOF,
        "call": phone.CALL,
        "pushApproval": authenticator_app.PUSH_APPROVAL,
        "totp": app_code.PROOF,
        "hotp": app_code.PROOF,
        "securityQuestions": security_questions.PROOF,
        "passkey": passkey.PROOF,
        "recoveryCode": recovery_codes.PROOF,
        "temporaryAccessPass": temporary_access_pass.PROOF,
    }
)
