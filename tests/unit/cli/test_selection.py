"""Which events the command line shows."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import typer

from schemas.envelope import Envelope
from schemas.topics import VERDICTS, Topic
from schemas.verification import ChallengeExpired
from services.cli.events import follow, tell
from services.cli.selection import Selection, topics_named, types_named

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EXPIRED = Envelope(
    id="e1",
    type="ChallengeExpired",
    source="verifier",
    time=NOW,
    tenant="northbridge",
    subject="sam",
    correlation_id="c1",
    event=ChallengeExpired(challenge_id="c1", purpose="signIn", method_id="m1", expired_at=NOW),
)


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (Selection(), True),
        (Selection(tenant="northbridge", user="sam", types={"ChallengeExpired"}), True),
        (Selection(tenant="southgate"), False),
        (Selection(user="alex"), False),
        (Selection(types={"MethodVerified"}), False),
    ],
)
def test_a_selection_takes_what_matches_in_everything(selection: Selection, wanted: bool) -> None:
    assert selection.takes(EXPIRED) is wanted


def test_a_topic_may_be_named_by_its_kind() -> None:
    assert {topic.name for topic in topics_named(["requests", "verdicts"])} >= {"requests.sms", "verdicts"}
    assert [topic.name for topic in topics_named(["requests.sms"])] == ["requests.sms"]


def test_all_topics_with_events_are_the_default() -> None:
    assert "dead-letters" not in {topic.name for topic in topics_named([])}


def test_event_names_are_taken_in_any_case() -> None:
    assert types_named(["methodverified"]) == {"MethodVerified"}


@pytest.mark.parametrize("look_up", [topics_named, types_named])
def test_a_name_that_nothing_has_is_refused_with_the_names_that_there_are(
    look_up: Callable[[list[str]], object],
) -> None:
    with pytest.raises(typer.BadParameter, match="there are: "):
        look_up(["nonsense"])


EARLIER = replace(EXPIRED, id="e0", time=NOW - timedelta(seconds=1))
OTHER = replace(EXPIRED, id="e2", subject="alex")


async def arriving(*envelopes: Envelope) -> AsyncIterator[tuple[Topic, Envelope]]:
    for envelope in envelopes:
        yield VERDICTS, envelope


async def test_following_shows_what_is_wanted_as_it_comes() -> None:
    shown: list[str] = []

    await follow(
        arriving(EXPIRED, OTHER, EARLIER), Selection(user="sam"), lambda _, envelope: shown.append(envelope.id)
    )

    assert shown == ["e1", "e0"]


async def test_a_persons_events_are_told_in_the_order_of_their_time() -> None:
    shown: list[str] = []

    await tell(arriving(EXPIRED, OTHER, EARLIER), Selection(user="sam"), lambda _, envelope: shown.append(envelope.id))

    assert shown == ["e0", "e1"]
