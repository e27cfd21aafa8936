"""What a SIM card that was changed a short while ago means for a message."""

from typing import Final, Literal

from schemas.base import OF_NUMBERS, Purpose
from schemas.notification import SIM_CHANGED, SIM_UNCHECKED
from services.notifier.domain.delivery import Delivery

Finding = Literal["swapped", "unchanged", "unknown", "failed", "skipped"]
"""`unknown`: nobody answers for that number, such as a landline's. `failed`, `skipped`: no answer; nobody was asked,
because there was none a moment ago."""

ON_FILE: Final[frozenset[Purpose]] = frozenset({"signIn", "stepUp", "passwordReset"})
"""What a number on file proves. One that is being registered is typed by who has it now."""


def is_asked_for(delivery: Delivery) -> bool:
    """Whether the SIM card counts before this message goes out; once a delivery."""
    terms = delivery.terms
    if terms is None or delivery.sim_checked or delivery.channel not in OF_NUMBERS:
        return False
    return terms.purpose in ON_FILE


def objection(finding: Finding, *, fails_closed: bool) -> str | None:
    """The signal that speaks against sending; None for none. Without an answer that is the organisation's choice."""
    if finding == "swapped":
        return SIM_CHANGED
    return SIM_UNCHECKED if fails_closed and finding != "unchanged" else None
