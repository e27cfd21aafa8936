"""A one-time code that an app shows by time (RFC 6238): its rules."""

from services.enrollment.methods.base.domain import ProofTraits

APP_CODE = ProofTraits(amr=("otp",))
