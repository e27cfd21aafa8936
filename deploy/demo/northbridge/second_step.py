"""Who has given the right password in which browser and nothing more yet: nobody is signed in by that."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from deploy.demo.people import Person

PATIENCE = timedelta(minutes=15)
"""How long after the password the second step may take."""
MOST_STEPS = 1000
MOST_AWAITED = 8


@dataclass(frozen=True)
class SecondStep:
    """One browser's way from the password to the sign-in: challenges under way, by the `state` that went with each."""

    id: str
    person: Person
    began_at: datetime
    awaited: dict[str, str] = field(default_factory=dict)

    def awaiting(self, state: str, challenge_id: str) -> "SecondStep":
        """With one more proof to wait for; the oldest is given up when there are many."""
        latest = dict(list(self.awaited.items())[-(MOST_AWAITED - 1) :])
        return replace(self, awaited={**latest, state: challenge_id})

    def without(self, state: str) -> "SecondStep":
        """With that one taken, whatever came of it."""
        return replace(self, awaited={key: value for key, value in self.awaited.items() if key != state})


class SecondSteps:
    """Second steps in memory, each for a quarter of an hour."""

    def __init__(self) -> None:
        self._steps: dict[str, SecondStep] = {}

    def begin(self, person: Person, now: datetime) -> SecondStep:
        """After the right password."""
        step = SecondStep(secrets.token_urlsafe(32), person, now)
        self.keep(step)
        return step

    def find(self, step_id: str | None, now: datetime) -> SecondStep | None:
        """The second step of a cookie, unless it took too long."""
        step = self._steps.get(step_id) if step_id else None
        return step if step and now < step.began_at + PATIENCE else None

    def keep(self, step: SecondStep) -> None:
        """Store what became of it."""
        self._steps[step.id] = step
        while len(self._steps) > MOST_STEPS:
            del self._steps[next(iter(self._steps))]

    def end(self, step: SecondStep) -> None:
        """It is done, or given up."""
        self._steps.pop(step.id, None)

    def end_of(self, person: Person) -> None:
        """All of this person: what they began with is not their password any more."""
        self._steps = {key: step for key, step in self._steps.items() if step.person.id != person.id}
