"""A registration that a platform asked for by the API: what is set up, and how far it is."""

from datetime import datetime

from schemas.base import MethodType
from services.enrollment.domain.account import Draft
from services.enrollment.domain.activation import Activation
from services.enrollment.domain.base import State


class ApiRegistration(State):
    """Its id is in the address. `challenge_id` is known as soon as there is something to answer; `draft` and
    `activation` are what a repeated reading shows again."""

    id: str
    tenant: str
    user: str
    type: MethodType
    method_id: str
    challenge_id: str | None = None
    handle: str | None = None
    activation: Activation | None = None
    draft: Draft | None = None
    created_at: datetime
    expires_at: datetime
