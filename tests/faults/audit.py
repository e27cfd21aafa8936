"""What came of a fault: facts from the people, the databases, the log and the handset, judged by pure rules."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.faults.people import Story

READ = frozenset({"text", "mail"})
"""Ways by which nobody gets a code without a message; an app looks by itself."""
TRUE_WITHIN = 1.0
"""Seconds from Kafka's return until a page says what is true."""
HEARD_WITHIN = timedelta(seconds=10)
"""How long it may take until the notifier has heard of the end of a challenge, and its last message is on its way."""


@dataclass(frozen=True)
class Asked:
    """A challenge as enrollment and the verifier have it; `judged` is None where the verifier never heard of it."""

    id: str
    user: str
    status: str
    expires_at: datetime
    judged: str | None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """A delivery as the notifier has it. `repeats` are sends after an unknown outcome."""

    user: str
    channel: str
    status: str
    repeats: int


@dataclass(frozen=True)
class Arrived:
    """A message at the handset, in the inbox, or at an app."""

    destination: str
    at: datetime


@dataclass(frozen=True)
class Letter:
    """A dead letter: why, and of which record."""

    reason: str
    origin: str = ""


@dataclass(frozen=True)
class Facts:
    """All that is known once things had time to settle. `poison` is how many records nobody can handle; `late` how many
    seconds after Kafka's return it counted what was handed in meanwhile."""

    stories: Sequence[Story]
    asked: Sequence[Asked] = ()
    sent: Sequence[Sent] = ()
    arrived: Sequence[Arrived] = ()
    outboxes: int = 0
    lag: int = 0
    dead_letters: Sequence[Letter] = ()
    poison: int = 0
    differing: Sequence[str] = ()
    answers: Mapping[str, int] = field(default_factory=dict)
    late: float | None = None
    kills: int = 0


@dataclass(frozen=True)
class Row:
    """A fault in figures; all but `unknown` and `come_again` must be 0."""

    people: int
    lost: int
    doubled: int
    stuck: int
    wrong: int
    failed_5xx: int
    unknown: int
    come_again: int
    slowest: float
    why: tuple[str, ...] = ()
    late: float | None = None
    kills: int = 0

    @property
    def is_kept(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.wrong or self.failed_5xx)


def judge(facts: Facts) -> Row:
    """Which promises were kept."""
    lost = [story for story in facts.stories if story.ended != "verified"]
    doubled, unknown = _doubled(facts)
    stuck = list(_stuck(facts))
    wrong = list(_wrong(facts))
    answers = facts.answers
    failed = sum(count for what, count in answers.items() if what.isdecimal())
    why = (
        *(f"lost: {story.user} by {story.way}, {story.ended}" for story in lost),
        *(f"doubled: {one}" for one in doubled),
        *(f"stuck: {one}" for one in stuck),
        *(f"wrong: {one}" for one in wrong),
        *(f"{count} answers with {what}" for what, count in answers.items() if what.isdecimal()),
    )
    return Row(
        people=len(facts.stories),
        lost=len(lost),
        doubled=len(doubled),
        stuck=len(stuck),
        wrong=len(wrong),
        failed_5xx=failed,
        unknown=unknown,
        come_again=answers.get("503 come again", 0),
        slowest=max((story.seconds for story in facts.stories), default=0.0),
        why=why,
        late=facts.late,
        kills=facts.kills,
    )


def _doubled(facts: Facts) -> tuple[list[str], int]:
    """Messages that nobody asked for, and how many may be so: their first outcome was not known."""
    doubled, unknown = [], 0
    for story in facts.stories:
        asked = sum(1 for challenge in facts.asked if challenge.user == story.user)
        if asked > story.challenges:
            doubled.append(f"{story.user} has {asked} challenges, and asked for {story.challenges}")
        if not story.destination:
            continue
        arrived = sum(1 for message in facts.arrived if message.destination == story.destination)
        repeats = sum(sent.repeats for sent in facts.sent if sent.user == story.user)
        over = max(arrived - story.sends, 0)
        unknown += min(over, repeats)
        if over > repeats:
            doubled.append(f"{story.user} got {arrived} messages for {story.sends}, with {repeats} unknown outcomes")
    return doubled, unknown


def _stuck(facts: Facts) -> Iterable[str]:
    if facts.outboxes:
        yield f"{facts.outboxes} events wait in outboxes"
    if facts.lag:
        yield f"{facts.lag} records wait to be read"
    for challenge in facts.asked:
        if challenge.status == "pending" or challenge.judged == "pending":
            yield f"challenge {challenge.id} of {challenge.user} is {challenge.status}, judged {challenge.judged}"
    for sent in facts.sent:
        if sent.status in {"queued", "sending"}:
            yield f"a message by {sent.channel} to {sent.user} is {sent.status}"


def _unseen(facts: Facts) -> Iterable[str]:
    """A proof of which nothing is found would mean that the audit looks in the wrong place."""
    challenged = {challenge.user for challenge in facts.asked}
    reached = {message.destination for message in facts.arrived}
    for story in facts.stories:
        if story.ended == "verified" and story.user not in challenged:
            yield f"{story.user} was verified, and no challenge is found"
        if story.ended == "verified" and story.way in READ and story.destination not in reached:
            yield f"{story.user} was verified by {story.way}, and no message is found"


def _wrong(facts: Facts) -> Iterable[str]:
    for challenge in facts.asked:
        if (challenge.status == "verified") != (challenge.judged == "verified"):
            yield f"challenge {challenge.id} is {challenge.status} here and {challenge.judged} at the verifier"
    yield from _unseen(facts)
    for story in facts.stories:
        ends = [_last_use(challenge) for challenge in facts.asked if challenge.user == story.user]
        came = [message.at for message in facts.arrived if message.destination == story.destination]
        if ends and came and (late := max(came) - max(ends)) > timedelta():
            yield f"{story.user} got a message by {story.way} {late.total_seconds():.1f} s too late for its code"
    if facts.late is not None and facts.late > TRUE_WITHIN:
        yield f"what was handed in while Kafka was away counted {facts.late:.1f} s after its return"
    yield from facts.differing
    yield from _mislaid(facts)


def _last_use(challenge: Asked) -> datetime:
    """Until when a message may come: what ended early is heard of a little later."""
    return min(challenge.expires_at, (challenge.ended_at or challenge.expires_at) + HEARD_WITHIN)


def _mislaid(facts: Facts) -> Iterable[str]:
    """Every record that nobody can handle is put aside with a reason, and nothing else is."""
    letters = facts.dead_letters
    if not facts.poison:
        yield from (f"a dead letter: {letter.reason}" for letter in letters)
        return
    yield from (f"a dead letter without a reason, of {letter.origin}" for letter in letters if not letter.reason)
    origins = {letter.origin for letter in letters}
    if len(origins) != facts.poison:
        topics = dict(Counter(origin.partition("/")[0] for origin in origins))
        yield f"{len(origins)} records were put aside, of {facts.poison} that nobody can handle: {topics}"
