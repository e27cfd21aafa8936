"""What a broker is asked is what it would be asked without a session, however questions and failures follow."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v4, FetchRequest_v11
from hypothesis import given
from hypothesis import strategies as st

from services.kit.kafka.asking.sessions import Session

Wanted = dict[tuple[str, int], int]
SESSION_NOT_FOUND = 70


@dataclass
class Answer:
    error_code: int = 0
    session_id: int = 0


@dataclass
class Broker:
    """Sessions as Kafka keeps them (KIP-227)."""

    keeps: bool = True
    sessions: dict[int, tuple[int, Wanted]] = field(default_factory=dict)
    made: int = 0

    def answer(self, request: FetchRequest) -> tuple[Answer, Wanted | None]:
        """With what it takes the question to be; None where it refuses."""
        asked: Any = request.build(FetchRequest_v11)
        named = {(topic, place[0]): place[2] for topic, places in asked.topics for place in places}
        if asked.session_epoch == 0:
            self.sessions.pop(asked.session_id, None)
            if not self.keeps:
                return Answer(), named
            self.made += 1
            self.sessions[self.made] = (1, named)
            return Answer(session_id=self.made), named
        if asked.session_id not in self.sessions:
            return Answer(SESSION_NOT_FOUND), None
        epoch, known = self.sessions[asked.session_id]
        assert asked.session_epoch == epoch
        gone = {(topic, partition) for topic, partitions in asked.forgotten_topics_data for partition in partitions}
        now = {place: offset for place, offset in (known | named).items() if place not in gone}
        self.sessions[asked.session_id] = (epoch + 1, now)
        return Answer(session_id=asked.session_id), now


def asking(wanted: Wanted) -> FetchRequest:
    topics: dict[str, list[tuple[int, int, int]]] = {}
    for (topic, partition), offset in wanted.items():
        topics.setdefault(topic, []).append((partition, offset, 1000))
    return FetchRequest(500, 1, 10_000, 0, list(topics.items()))


places = st.tuples(st.sampled_from("ab"), st.integers(0, 2))
wanted_sets = st.dictionaries(places, st.integers(0, 3), min_size=1)
happenings = st.sampled_from(["answered", "lost", "restarted"])


@given(st.lists(st.tuples(wanted_sets, happenings), max_size=12), st.booleans())
def test_the_broker_knows_all_that_is_asked(turns: list[tuple[Wanted, str]], keeps: bool) -> None:
    broker, session = Broker(keeps), Session()
    for wanted, happens in turns:
        if happens == "restarted":
            broker.sessions.clear()
        answer, understood = broker.answer(session.ask(asking(wanted)))
        assert understood in (wanted, None)
        if understood is None:
            session.heard(answer)
            answer, understood = broker.answer(session.ask(asking(wanted)))
            assert understood == wanted
        if happens == "lost":
            session.forget()
        else:
            session.heard(answer)


def test_only_what_changed_is_named() -> None:
    broker, session = Broker(), Session()
    wanted = {("a", number): 5 for number in range(24)}
    for offset in (5, 6):
        question = session.ask(asking(wanted | {("a", 7): offset}))
        session.heard(broker.answer(question)[0])
    assert question.build(FetchRequest_v11).topics == [("a", [(7, -1, 6, -1, 1000)])]


@pytest.mark.parametrize("partition", [0, 3])
def test_a_broker_of_before_sessions_is_asked_as_ever(partition: int) -> None:
    request = asking({("a", partition): 5})
    assert Session().ask(request).build(FetchRequest_v4).topics == request.build(FetchRequest_v4).topics
