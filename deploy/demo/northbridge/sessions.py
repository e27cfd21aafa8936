"""Who is signed in in which browser, and which answers of the product are awaited there."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from deploy.demo.people import Person

MOST_SESSIONS = 1000
MOST_AWAITED = 8
Status = Literal["none", "completed", "skipped", "cancelled", "expired"]


@dataclass(frozen=True)
class Outcome:
    """What the product said, once checked; `none` when nothing had to be asked."""

    status: Status
    methods: tuple[str, ...] = ()
    checked_at: datetime | None = None


@dataclass(frozen=True)
class Awaited:
    """An interrupt under way, found again by the random `state` that went with it."""

    interrupt_id: str
    person: Person
    authenticated_at: datetime
    amr: tuple[str, ...]


@dataclass(frozen=True)
class Session:
    """One browser's sign-in. Answers for people who signed in before in the same browser stay awaited.

    `amr` is how the person proved that it is them (RFC 8176): `pwd`, and `mfa` with a second step.
    """

    id: str
    person: Person
    authenticated_at: datetime
    amr: tuple[str, ...]
    outcome: Outcome | None = None
    awaited: dict[str, Awaited] = field(default_factory=dict)

    def awaiting(self, state: str, awaited: Awaited) -> "Session":
        """With one more answer to wait for; the oldest is given up when there are many."""
        latest = dict(list(self.awaited.items())[-(MOST_AWAITED - 1) :])
        return replace(self, awaited={**latest, state: awaited})

    def answered(self, state: str, outcome: Outcome) -> "Session":
        """With the answer to `state` taken; the person whom it is about is the one signed in."""
        awaited = self.awaited[state]
        rest = {key: value for key, value in self.awaited.items() if key != state}
        return replace(
            self,
            person=awaited.person,
            authenticated_at=awaited.authenticated_at,
            amr=awaited.amr,
            outcome=outcome,
            awaited=rest,
        )

    def about_others_than(self, person: Person) -> "Session":
        """Without the answers about a person."""
        return replace(self, awaited={key: one for key, one in self.awaited.items() if one.person.id != person.id})


class Sessions:
    """Sessions in memory: a demo may forget them when it stops."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def start(self, person: Person, now: datetime, amr: tuple[str, ...], replacing: Session | None) -> Session:
        """Begin a session under a new id, so that an id known before the sign-in is worth nothing."""
        awaited = dict(replacing.awaited) if replacing else {}
        session = Session(secrets.token_urlsafe(32), person, now, amr, awaited=awaited)
        if replacing:
            self.end(replacing)
        self.keep(session)
        return session

    def find(self, session_id: str | None) -> Session | None:
        """The session of a cookie."""
        return self._sessions.get(session_id) if session_id else None

    def keep(self, session: Session) -> None:
        """Store what became of a session."""
        self._sessions[session.id] = session
        while len(self._sessions) > MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]

    def end(self, session: Session) -> None:
        """Sign out."""
        self._sessions.pop(session.id, None)

    def end_of(self, person: Person) -> None:
        """Sign a person out everywhere, also where an answer about them could still come back."""
        self._sessions = {
            key: session.about_others_than(person)
            for key, session in self._sessions.items()
            if session.person.id != person.id
        }
