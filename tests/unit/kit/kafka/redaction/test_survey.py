"""What is to be done about a topic on which earlier versions wrote masks."""

import json

import pytest

from services.kit.kafka.record import Record
from services.kit.kafka.redaction.survey import Survey, SurveyInProgress, behind, without_name

MASKED = json.dumps({"methodId": "m1", "displayName": "+44 •••• ••0142", "ofTomorrow": [1]}).encode()
EMPTY = b'{"methodId":"m1","displayName":"","ofTomorrow":[1]}'


def record(offset: int, body: bytes | None, *, partition: int = 0, event: str | None = None) -> Record:
    headers = (("ce_id", event.encode()),) if event else ()
    return Record("t.lifecycle", partition, offset, b"northbridge/sam", headers, body)


def test_a_name_goes_and_everything_else_stays() -> None:
    assert without_name(MASKED) == EMPTY


@pytest.mark.parametrize("body", [None, b"", b"no JSON", b"[1]", b'"text"', b"{}", EMPTY, b'{"displayName":null}'])
def test_what_holds_no_name_stays_as_it_is(body: bytes | None) -> None:
    assert without_name(body) == body


def _survey(*records: Record) -> Survey:
    found = SurveyInProgress()
    for one in records:
        found.add(one)
    return found.survey


def test_only_partitions_with_names_are_written_anew() -> None:
    found = _survey(record(7, MASKED, event="a"), record(8, b"{}", event="b"), record(0, b"{}", partition=1))
    assert (found.records, found.named, found.partitions) == ({0: 2, 1: 1}, {0: 1, 1: 0}, [0])


@pytest.mark.parametrize(("committed", "expected"), [({0: 8}, True), ({0: 9}, False), ({0: 10}, False), ({}, False)])
def test_a_group_has_read_all_once_it_met_each_event(committed: dict[int, int], expected: bool) -> None:
    """Copies of a run that broke off are no news."""
    copied = _survey(record(7, MASKED, event="a"), record(8, MASKED, event="b"), record(9, EMPTY, event="a"))
    assert behind(copied, committed) == expected


def test_a_partition_that_stays_is_nobody_elses_business() -> None:
    found = _survey(record(7, MASKED, event="a"), record(3, b"{}", partition=1, event="b"))
    assert not behind(found, {0: 8, 1: 0})


def test_a_record_without_an_id_is_an_event_of_its_own() -> None:
    found = _survey(record(0, MASKED), record(1, MASKED))
    assert behind(found, {0: 1})
