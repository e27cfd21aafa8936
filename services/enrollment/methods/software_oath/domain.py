"""A different authenticator app: its rules."""

from services.enrollment.methods.base.domain import Traits, WizardStep
from services.enrollment.proofs.app_code.domain import APP_CODE

TRAITS = Traits(
    type="softwareOath",
    proofs={"totp": APP_CODE},
    steps=(
        WizardStep("softwareOath"),
        WizardStep("softwareOath.scan", back_to=("softwareOath",)),
        WizardStep(
            "softwareOath.code",
            back_to=("softwareOath.scan", "softwareOath"),
            asked_from=frozenset({"softwareOath.scan", "softwareOath.code"}),
        ),
        WizardStep("softwareOath.verified"),
    ),
    limit=5,
    is_beside_others=True,
)
