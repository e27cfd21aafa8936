"""A notice and its link."""

from datetime import timedelta

import pytest

from schemas.enrollment import Destination, NoticeRequested
from schemas.topics import REQUESTS
from services.enrollment.notices.domain import Notice, requested, use
from services.kit.decision import Change, Emission
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW

END = NOW + timedelta(days=7)
NOTICE = Notice(
    id="n1",
    tenant="northbridge",
    user="sam",
    kind="methodRemoved",
    method_id="m1",
    method_type="phone",
    display_name="••01",
    token_hash="hash",
    happened_at=NOW,
    created_at=NOW,
)


def test_a_notice_goes_out_by_mail() -> None:
    event = NoticeRequested(
        notice_id="n1",
        kind="methodRemoved",
        channel="email",
        method_type="phone",
        display_name="••01",
        destination=Destination(sealed="k1.sealed", masked="s•••@a.example"),
        happened_at=NOW,
        not_after=END,
        requested_at=NOW,
    )
    emission = Emission(REQUESTS["email"], event, "northbridge", "sam", "session-1")
    assert requested(NOTICE, event, "session-1") == Change(NOTICE, (emission,))


def test_a_link_can_be_used_for_seven_days() -> None:
    assert NOTICE.is_usable(END - timedelta(seconds=1))
    assert not NOTICE.is_usable(END)


def test_a_link_is_used_once() -> None:
    used = use(NOTICE, at=NOW)
    assert used == Change(NOTICE.model_copy(update={"used_at": NOW}))
    with pytest.raises(ProblemError) as refused:
        use(used.state, at=NOW)
    assert refused.value.code == "noticeExpired"
