"""What may be somebody else, and since when a person was not here."""

from datetime import timedelta

from schemas.enrollment import UnusualActivityNoticed
from services.enrollment.accounts.domain.account import Account, Browser, Country
from services.enrollment.accounts.domain.unusual import FIRST_LOOK, TRAVEL, Arrival, Seen, failed_often, met, visited
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
    first = met(begun(HOME), Arrival("s1", ("work",)), at=NOW)
    assert noticed(first) == ["newBrowser"]
    assert first.state.browsers == (HOME, WORK.model_copy(update={"sessions": ("s1",)}))
    assert first.state.sequence == 1
    assert noticed(met(Change(first.state), Arrival("s2", ("work",)), at=NOW)) == []


def test_the_first_browser_is_no_news_nor_is_any_before_there_is_something_to_lose() -> None:
    assert noticed(met(begun(), Arrival("s1", ("home",)), at=NOW)) == []
    assert noticed(met(begun(HOME, on_file=False), Arrival("s1", ("work",)), at=NOW)) == []


def test_a_browser_is_known_under_the_key_before_and_kept_under_the_new_one() -> None:
    after = met(begun(HOME), Arrival("s1", ("home-by-the-new-key", "home")), at=NOW)
    assert noticed(after) == []
    assert after.state.browsers == (Browser(mark="home-by-the-new-key", sessions=("s0", "s1")),)


def test_ten_browsers_are_remembered_the_newest_last() -> None:
    many = tuple(Browser(mark=str(number)) for number in range(10))
    after = met(begun(*many), Arrival("s1", ("work",)), at=NOW).state
    assert [one.mark for one in after.browsers][-2:] == ["9", "work"]
    assert len(after.browsers) == 10


def seen(account: Account, session: str, *said: str) -> Browser:
    """Home, once a session was begun there by what calls itself that."""
    after = met(Change(account), Arrival(session, ("home",), seen=Seen(*said)), at=NOW).state
    (browser,) = after.browsers
    return browser


def test_of_a_browser_the_newest_name_is_kept_and_the_country_of_each_session() -> None:
    whose = account(browsers=(HOME,))
    first = seen(whose, "s1", "Firefox", "Windows", "DE")
    assert (first.name, first.system, first.places) == ("Firefox", "Windows", {"s1": "DE"})
    second = seen(whose.model_copy(update={"browsers": (first,)}), "s2", "Chrome", "Linux", "FR")
    assert (second.name, second.system, second.places) == ("Chrome", "Linux", {"s1": "DE", "s2": "FR"})
    third = seen(whose.model_copy(update={"browsers": (second,)}), "s3")
    assert (third.name, third.system, third.places) == (None, None, {"s1": "DE", "s2": "FR"})


def test_places_go_with_the_sessions_that_are_remembered() -> None:
    browser = HOME
    for number in range(11):
        browser = seen(account(browsers=(browser,)), f"s{number}", "Firefox", "Windows", "DE")
    assert list(browser.places) == list(browser.sessions)
    assert len(browser.places) == 10


def test_no_event_says_what_was_seen() -> None:
    said = Seen("Firefox", "Windows", "FR")
    change = met(begun(HOME), Arrival("s1", ("work",), ("a-mark",), seen=said), at=NOW)
    (told,) = change.emissions
    assert not {"Firefox", "Windows", "FR"} & set(told.event.model_dump_json().split('"'))


LEEDS, PARIS = Country(mark="GB", at=NOW - timedelta(days=1)), Country(mark="FR", at=NOW - timedelta(days=9))


def travelled(*countries: Country) -> Change[Account]:
    return Change(account(method("phone"), browsers=(WORK, HOME), countries=countries))


def test_a_new_country_is_noticed_and_known_from_then_on() -> None:
    arrival = Arrival("s1", ("home",), ("FR",))
    first = met(travelled(LEEDS), arrival, at=NOW)
    assert noticed(first) == ["newCountry"]
    assert first.state.countries == (LEEDS, Country(mark="FR", at=NOW))
    assert noticed(met(Change(first.state), arrival, at=NOW + TRAVEL)) == []
    assert noticed(met(travelled(), arrival, at=NOW)) == []


def test_two_countries_within_an_hour_are_told_unless_it_is_the_same_browser() -> None:
    left = LEEDS.model_copy(update={"at": NOW - TRAVEL + timedelta(seconds=1)})
    at_home, at_work = Arrival("s1", ("home",), ("FR",)), Arrival("s1", ("work",), ("FR",))
    assert noticed(met(travelled(PARIS, left), at_work, at=NOW)) == ["impossiblePace"]
    assert noticed(met(travelled(left), at_work, at=NOW)) == ["impossiblePace"]
    assert noticed(met(travelled(PARIS, left), at_home, at=NOW)) == []
    assert noticed(met(travelled(PARIS, LEEDS), at_work, at=NOW)) == []
    assert noticed(met(travelled(PARIS, left), Arrival("s1", ("work",), ("GB",)), at=NOW)) == []


def test_what_a_platform_asked_for_is_told_with_its_challenge() -> None:
    (told,) = met(begun(HOME), Arrival("c1", ("work",), challenge_id="c1"), at=NOW).emissions
    event = told.event
    assert isinstance(event, UnusualActivityNoticed)
    assert (event.session_id, event.challenge_id) == (None, "c1")


def test_where_nothing_is_known_of_who_comes_nothing_is_noted() -> None:
    after = met(begun(HOME), Arrival("s1"), at=NOW)
    assert (noticed(after), after.state.browsers, after.state.countries) == ([], (HOME,), ())


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
