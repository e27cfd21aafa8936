"""An interrupt: the platform's question whether a person must set something up, and what came of it."""

from datetime import datetime, timedelta

from schemas.base import MethodType
from schemas.enrollment import Decision, Intent
from services.enrollment.sessions.domain.session import Outcome, Right
from services.kit.state import State

TICKET_LIFE = timedelta(minutes=5)


class Interrupt(State):
    """What the platform asked, kept as long as it may ask for the outcome. The ticket is stored hashed."""

    id: str
    tenant: str
    client_id: str
    user: str
    return_url: str
    caller_state: str | None = None
    locale: str | None = None
    intent: Intent
    decision: Decision
    rights: tuple[Right, ...] = ()
    plan: tuple[MethodType, ...] = ()
    proven_at: datetime | None = None
    ticket_hash: str | None = None
    ticket_expires_at: datetime | None = None
    created_at: datetime
    outcome: Outcome | None = None
    methods: tuple[MethodType, ...] = ()
    ended_at: datetime | None = None
