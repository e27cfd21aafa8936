"""Passkeys: their rules."""

from datetime import timedelta

from services.enrollment.methods.base.domain import ProofTraits, Traits, WizardStep

TRAITS = Traits(
    type="passkey",
    proofs={"passkey": ProofTraits(amr=("pop", "user"))},
    steps=(WizardStep("passkey", asked_from=frozenset({"passkey"})), WizardStep("passkey.verified")),
    strength="phishingResistant",
    limit=10,
    needs_capable_browser=True,
    added_within=timedelta(minutes=5),
)
