"""A code that is sent to a number or an address: its rules."""

from services.enrollment.methods.base.domain import ProofTraits

SENT_CODE = ProofTraits(amr=("otp",), amr_by_channel={"sms": "sms", "voice": "tel"})
