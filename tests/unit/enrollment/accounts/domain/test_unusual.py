"""What may be somebody else, and since when a person was not here."""

from datetime import timedelta

from schemas.enrollment import UnusualActivityNoticed
from services.enrollment.accounts.domain.account import Account, Browser
from services.enrollment.accounts.domain.unusual import FIRST_LOOK, failed_often, met, visited
from services.kit.decision import Change
from tests.unit.enrollment.builders import NOW, account, method, texted, wizard_session

HOME, WORK = Browser(mark="home", sessions=("s0",)), Browser(mark="work")


def noticed(change: Change[Account]) -> list[str]:
    events = [emission.event for emission in change.emissions]
    return [event.kind for event in events if isinstance(event, UnusualActivityNoticed)]


def begun(*browsers: Browser, on_file: bool = True) -> Change[Account]:
    methods = (method("phone"),) if on_file else ()
    return Change(account(*methods, browsers=browsers, sessions=(wizard_session(),)))


def test_a_new_browser_is_noticed_and_known_from_then_on() -> None:
    first = met(begun(HOME), "s1", ("work",), at=NOW)
    assert noticed(first) == ["newBrowser"]
    assert first.state.browsers == (HOME, WORK.model_copy(update={"sessions": ("s1",)}))
    assert first.state.sequence == 1
    assert noticed(met(Change(first.state), "s2", ("work",), at=NOW)) == []


def test_the_first_browser_is_no_news_nor_is_any_before_there_is_something_to_lose() -> None:
    assert noticed(met(begun(), "s1", ("home",), at=NOW)) == []
    assert noticed(met(begun(HOME, on_file=False), "s1", ("work",), at=NOW)) == []


def test_a_browser_is_known_under_the_key_before_and_kept_under_the_new_one() -> None:
    after = met(begun(HOME), "s1", ("home-by-the-new-key", "home"), at=NOW)
    assert noticed(after) == []
    assert after.state.browsers == (Browser(mark="home-by-the-new-key", sessions=("s0", "s1")),)


def test_ten_browsers_are_remembered_the_newest_last() -> None:
    many = tuple(Browser(mark=str(number)) for number in range(10))
    assert [one.mark for one in met(begun(*many), "s1", ("work",), at=NOW).state.browsers][-2:] == ["9", "work"]
    assert len(met(begun(*many), "s1", ("work",), at=NOW).state.browsers) == 10


def test_the_last_visit_is_that_of_this_browser_and_stays_for_all_of_the_session() -> None:
    before = NOW - timedelta(days=3)
    here = HOME.model_copy(update={"sessions": ("s1",), "visited_at": before})
    whose = account(sessions=(wizard_session(),), browsers=(WORK, here))
    first = visited(whose, "s1", at=NOW).state
    assert first.sessions[0].news_since == before
    assert first.browsers == (WORK, here.model_copy(update={"visited_at": NOW}))
    assert visited(first, "s1", at=NOW + timedelta(minutes=1)) == Change(first)


def test_where_nothing_was_shown_yet_a_month_is_news() -> None:
    unknown = visited(account(sessions=(wizard_session(),)), "s1", at=NOW).state
    assert unknown.sessions[0].news_since == NOW - FIRST_LOOK


def test_many_failures_are_noticed_once_a_day() -> None:
    whose, challenge = account(method("phone", "new")), texted()
    first = failed_often(whose, challenge, at=NOW)
    assert noticed(first) == ["manyFailures"]
    later = [failed_often(first.state, challenge, at=NOW + timedelta(hours=hours)) for hours in (23, 24)]
    assert [noticed(one) for one in later] == [[], ["manyFailures"]]


def test_failures_with_what_is_not_on_file_are_nobodys() -> None:
    assert failed_often(account(), texted(), at=NOW) == Change(account())
