"""A registration that a platform asked for by the API: what is set up, and how far it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from schemas.base import MethodType
from services.enrollment.challenges.domain.challenge import Challenge, Status
from services.enrollment.devices.domain import Activation
from services.enrollment.sessions.domain.session import Draft
from services.kit.state import State

RegistrationState = Literal["pending", "completed", "failed", "expired"]

_STATES: Mapping[Status, RegistrationState] = {
    "pending": "pending",
    "verified": "completed",
    "failed": "failed",
    "denied": "failed",
    "cancelled": "failed",
    "expired": "expired",
}


class ApiRegistration(State):
    """Its id is in the address. `challenge_id` is known as soon as there is something to answer; `draft` and
    `activation` are what a repeated reading shows again. `name` is the person's own for the method."""

    id: str
    tenant: str
    user: str
    type: MethodType
    method_id: str
    name: str | None = None
    challenge_id: str | None = None
    handle: str | None = None
    activation: Activation | None = None
    draft: Draft | None = None
    created_at: datetime
    expires_at: datetime

    def state_at(self, now: datetime, challenge: Challenge | None) -> RegistrationState:
        """How far it is; `challenge` is the one that proves it, if there is one yet."""
        if challenge:
            return _STATES[challenge.status_at(now)]
        return "pending" if self.challenge_id is None and now < self.expires_at else "expired"
