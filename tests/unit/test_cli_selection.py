"""Which events the command line shows."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import typer

from schemas.envelope import Envelope
from schemas.verification import ChallengeExpired
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
