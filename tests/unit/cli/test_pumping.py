"""What administrators read of messages that spoke for pumping."""

import json
from datetime import UTC, datetime

from schemas.notification import SendObserved, SendRefused
from services.cli.events.pumping import NONE, counted, lines
from tests.support.builders.challenges import enveloped

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def observed(country: str | None = "LV", *signals: str) -> SendObserved:
    return SendObserved(
        challenge_id="c-1",
        channel="sms",
        country=country,
        mode="observe",
        signals=signals or ("unusualCountry",),
        observed_at=AT,
    )


def refused(**fields: object) -> SendRefused:
    given = {"challenge_id": "c-1", "delivery_id": "d-1", "send": 1, "channel": "sms", "reason": "sendLimitReached"}
    return SendRefused.model_validate({**given, "refused_at": AT, **fields}, by_name=True)


def test_decisions_are_counted_by_what_they_have_in_common_the_most_frequent_first() -> None:
    events = [
        refused(country="AZ", mode="deny", signals=("sequentialNumbers", "unusualRange")),
        observed(),
        observed(),
        observed(None),
    ]
    shown = lines(counted(enveloped(event, "c-1", at=AT) for event in events), as_json=False)
    assert shown == [
        "     2  northbridge  2026-11-24  LV  sent  observe  unusualCountry",
        "     1  northbridge  2026-11-24  AZ  refused  deny  sequentialNumbers+unusualRange",
        "     1  northbridge  2026-11-24  none  sent  observe  unusualCountry",
    ]
    (first, *_) = lines(counted([enveloped(observed(), "c-1", at=AT)]), as_json=True)
    assert json.loads(first) == {
        "count": 1,
        "tenant": "northbridge",
        "day": "2026-11-24",
        "country": "LV",
        "done": "sent",
        "mode": "observe",
        "signals": "unusualCountry",
    }


def test_the_limit_of_a_number_speaks_for_nothing() -> None:
    assert lines(counted([enveloped(refused(), "c-1", at=AT)]), as_json=False) == [NONE]


def test_a_sim_card_that_was_changed_speaks_for_no_pumping() -> None:
    changed = refused(reason="phoneNumberNotAllowed", mode="deny", signals=("simChanged",))
    assert lines(counted([enveloped(changed, "c-1", at=AT)]), as_json=False) == [NONE]
