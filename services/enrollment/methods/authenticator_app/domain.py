"""The authenticator app: its rules."""

from services.enrollment.methods.base.domain import ProofTraits, Traits, WizardStep
from services.enrollment.proofs.app_code.domain import APP_CODE

_ASKED_FROM = frozenset({"authenticatorApp.scan", "authenticatorApp.test", "authenticatorApp.code"})
_BEFORE_SCAN = ("authenticatorApp.setup", "authenticatorApp")

TRAITS = Traits(
    type="authenticatorApp",
    proofs={"pushApproval": ProofTraits(amr=("pop", "swk")), "totp": APP_CODE},
    steps=(
        WizardStep("authenticatorApp", onward="authenticatorApp.setup"),
        WizardStep("authenticatorApp.setup", back_to=("authenticatorApp",), onward="authenticatorApp.scan"),
        WizardStep("authenticatorApp.scan", back_to=_BEFORE_SCAN),
        WizardStep("authenticatorApp.test", back_to=("authenticatorApp.scan", *_BEFORE_SCAN), asked_from=_ASKED_FROM),
        WizardStep(
            "authenticatorApp.code",
            back_to=("authenticatorApp.scan", *_BEFORE_SCAN),
            asked_from=frozenset({"authenticatorApp.test", "authenticatorApp.code"}),
        ),
        WizardStep("authenticatorApp.verified"),
    ),
    limit=5,
    is_on_a_phone=True,
    starts_by_itself=True,
    stand_ins=("softwareOath",),
)
