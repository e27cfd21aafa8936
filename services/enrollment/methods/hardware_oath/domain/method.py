"""Hardware tokens: the rules of the method."""

from services.enrollment.methods.base.domain import ProofTraits, Traits, WizardStep
from services.enrollment.proofs.app_code.domain import APP_CODE

TRAITS = Traits(
    type="hardwareOath",
    proofs={"totp": APP_CODE, "hotp": ProofTraits(amr=("otp",))},
    steps=(
        WizardStep("hardwareOath", asked_from=frozenset({"hardwareOath"})),
        WizardStep(
            "hardwareOath.code",
            back_to=("hardwareOath",),
            asked_from=frozenset({"hardwareOath", "hardwareOath.code"}),
        ),
        WizardStep("hardwareOath.verified"),
    ),
    limit=5,
    has_clock_of_its_own=True,
)
