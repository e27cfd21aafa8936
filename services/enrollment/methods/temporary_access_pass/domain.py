"""Temporary Access Passes: their rules."""

from services.enrollment.methods.base.domain import ProofTraits, Traits

TRAITS = Traits(
    type="temporaryAccessPass",
    proofs={"temporaryAccessPass": ProofTraits(amr=("otp",), proves_registration=False)},
    is_renewed=True,
    is_handed_out=True,
)
