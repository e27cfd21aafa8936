"""A password reset, as far as it has come. Until somebody has proven themselves it looks the same for whoever is named.

What is kept of a person who is asked and of somebody who does not exist has the same fields; only the challenge at the
product is there or not, and nothing shown depends on that.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deploy.demo.northbridge.product import Challenge, MethodRef, Question
from deploy.demo.people import DOMAIN, Person

LIFE = timedelta(minutes=15)
ATTEMPT_LIFE = timedelta(minutes=5)
TRIES = 5
MOST_ATTEMPTS = 10
MOST_RESETS = 1000
QUESTIONS_ASKED = 3
MOST_ANSWERED = 5
"""How many security questions the product asks, and how many a person can have answered."""
FEWEST_DIGITS, MOST_DIGITS = 2, 3
"""Of the number to match, by policy."""


class Way(StrEnum):
    """How a person may prove themselves, offered to everybody; the values are shown in this order."""

    APP = "app"
    APP_CODE = "appCode"
    PHONE = "phone"
    OTHER_PHONE = "otherPhone"
    EMAIL = "email"
    QUESTIONS = "questions"
    RECOVERY_CODE = "recoveryCode"
    ACCESS_PASS = "accessPass"


TYPES: Mapping[Way, tuple[str, ...]] = {
    Way.APP: ("authenticatorApp",),
    Way.APP_CODE: ("softwareOath", "authenticatorApp"),
    Way.PHONE: ("phone",),
    Way.OTHER_PHONE: ("phone",),
    Way.EMAIL: ("email",),
    Way.QUESTIONS: ("securityQuestions",),
    Way.RECOVERY_CODE: ("recoveryCodes",),
    Way.ACCESS_PASS: ("temporaryAccessPass",),
}
SLOWLY_JUDGED = frozenset({Way.QUESTIONS, Way.RECOVERY_CODE, Way.ACCESS_PASS})
"""What the product keeps by slow hashes."""
ASKED_HERE = frozenset(kind for kinds in TYPES.values() for kind in kinds)
"""The types of methods that can be proven on a page of ours; a passkey belongs to the product's address."""


@dataclass(frozen=True)
class Attempt:
    """One question for a proof. Without `challenge_id` nobody is asked, and no answer is right."""

    number: str
    expires_at: datetime
    questions: tuple[Question, ...] = ()
    tries_left: int = TRIES
    challenge_id: str | None = None
    ended: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether an answer still counts."""
        return self.tries_left > 0 and now < self.expires_at and self.ended is None


@dataclass(frozen=True)
class Reset:
    """One browser's reset of one person's password; `person` is None where nobody has that user name.

    `asked_for` is what was chosen, None for the default method; `asked_method` is the second one. `methods` are those
    that the product said the person could prove, `proven` those that were; policy wants `needed` of different types.
    `done`: the password is changed.
    """

    id: str
    user_name: str
    person: Person | None
    expires_at: datetime
    attempt: Attempt
    asked_for: Way | None = None
    asked_method: MethodRef | None = None
    attempts: int = 1
    methods: tuple[MethodRef, ...] = ()
    proven: tuple[MethodRef, ...] = ()
    needed: int = 1
    done: bool = False

    @property
    def is_proven(self) -> bool:
        """Whether the password may be changed."""
        return len(self.proven) >= self.needed

    @property
    def unproven(self) -> tuple[MethodRef, ...]:
        """What could be proven besides, here."""
        types = {one.type for one in self.proven}
        return tuple(one for one in self.methods if one.type in ASKED_HERE - types)

    def counting_a_try(self) -> "Reset":
        """Before an answer is compared."""
        return replace(self, attempt=replace(self.attempt, tries_left=self.attempt.tries_left - 1))

    def asking(self, attempt: Attempt, way: Way | None, method: MethodRef | None) -> "Reset":
        """With a new attempt, in place of the one before."""
        return replace(self, attempt=attempt, asked_for=way, asked_method=method, attempts=self.attempts + 1)

    def with_proof(self, challenge: Challenge) -> "Reset":
        """With one more method proven. What else the person could prove may be said from now on."""
        methods = (challenge.method, *challenge.alternatives)
        proven = (*self.proven, challenge.method)
        return replace(self, proven=proven, methods=methods, needed=max(self.needed, challenge.proofs_required))


class Resets:
    """Resets in memory, each for a quarter of an hour."""

    def __init__(self) -> None:
        self._resets: dict[str, Reset] = {}

    def find(self, reset_id: str | None, now: datetime) -> Reset | None:
        """The reset of a cookie, unless it took too long."""
        reset = self._resets.get(reset_id) if reset_id else None
        return reset if reset and now < reset.expires_at else None

    def keep(self, reset: Reset) -> None:
        """Store what became of it."""
        self._resets[reset.id] = reset
        while len(self._resets) > MOST_RESETS:
            del self._resets[next(iter(self._resets))]

    def end(self, reset_id: str | None) -> None:
        """It is given up."""
        if reset_id:
            self._resets.pop(reset_id, None)

    def end_of(self, person: Person, *, but: Reset) -> None:
        """All others about this person: somebody was faster."""
        self._resets = {
            key: one
            for key, one in self._resets.items()
            if key == but.id or one.person is None or one.person.id != person.id
        }


def method_for(way: Way, methods: Sequence[MethodRef]) -> MethodRef | None:
    """Which of a person's methods is meant by a way, if there is one."""
    fitting = [one for kind in TYPES[way] for one in methods if one.type == kind]
    position = 1 if way is Way.OTHER_PHONE else 0
    return fitting[position] if len(fitting) > position else None


@dataclass(frozen=True)
class Known:
    """What a person was shown of theirs before: other decoys would tell that there is somebody."""

    questions: Mapping[str, Question] = field(default_factory=dict)
    digits: int | None = None

    def with_shown(self, challenge: Challenge) -> "Known":
        """With what a challenge shows."""
        questions = {**self.questions, **{one.id: one for one in challenge.questions}}
        return Known(questions, len(challenge.number) if challenge.number else self.digits)


class Decoys:
    """Makes up what somebody is shown whom nobody asks: what looks the same each time for one user name, and anew each
    time what is new each time. `key` is a secret that outlives restarts."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def number(self, user_name: str, known: Known) -> str:
        """A number to match, with as many digits as before."""
        digits = known.digits or FEWEST_DIGITS + self._rank(user_name, "digits")[0] % (MOST_DIGITS - FEWEST_DIGITS + 1)
        return f"{secrets.randbelow(10**digits):0{digits}d}"

    def questions(self, user_name: str, known: Known, offered: Sequence[Question]) -> tuple[Question, ...]:
        """Some of the questions that are known, or of those that this user name seems to have chosen."""
        if known.questions:
            return _some_of(tuple(known.questions.values()))
        answered = QUESTIONS_ASKED + self._rank(user_name, "questions")[0] % (MOST_ANSWERED - QUESTIONS_ASKED + 1)
        return _some_of(sorted(offered, key=lambda one: self._rank(user_name, one.id))[:answered])

    def _rank(self, user_name: str, of: str) -> bytes:
        name = user_name.strip().lower().removesuffix(f"@{DOMAIN}")
        return hmac.digest(self._key, f"{name}\n{of}".encode(), "sha256")


def new_attempt(challenge: Challenge | None, number: str, questions: Sequence[Question], now: datetime) -> Attempt:
    """What is shown of a challenge, or in place of one."""
    return Attempt(
        number=number,
        expires_at=now + ATTEMPT_LIFE,
        questions=tuple(questions),
        challenge_id=challenge.id if challenge else None,
    )


def _some_of(answered: Sequence[Question]) -> tuple[Question, ...]:
    """A random choice of what somebody answered, as the product makes it."""
    return tuple(secrets.SystemRandom().sample(answered, min(QUESTIONS_ASKED, len(answered))))
