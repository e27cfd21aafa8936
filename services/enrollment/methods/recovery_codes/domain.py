"""Recovery codes: their rules."""

from services.enrollment.methods.base.domain import ProofTraits, Traits, WizardStep

TRAITS = Traits(
    type="recoveryCodes",
    proofs={"recoveryCode": ProofTraits(amr=("otp",), proves_registration=False)},
    steps=(
        WizardStep("recoveryCodes"),
        WizardStep("recoveryCodes.show", asked_from=frozenset({"recoveryCodes.show"})),
        WizardStep("recoveryCodes.verified"),
    ),
    is_renewed=True,
)
