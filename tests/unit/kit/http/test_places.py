"""Places for event streams: so many in all, for one address and for one holder."""

import pytest

from services.kit.config.clients import RateLimits
from services.kit.errors import ProblemError
from services.kit.http.places import MOST_ALIKE, Holder, Place, Places


def places(**limits: int) -> Places:
    return Places(RateLimits.model_validate(limits, by_name=True))


def take(of: Places, name: str = "d1", address: str | None = "a1") -> Place:
    return of.take(Holder("device", name), address, lambda: None)


def refused(of: Places, name: str, address: str | None = "a1") -> tuple[str, str]:
    with pytest.raises(ProblemError) as refusal:
        take(of, name, address)
    return refusal.value.code, refusal.value.headers["Retry-After"]


def test_of_one_holder_the_newest_stay_and_the_oldest_is_told() -> None:
    all_places, woken = places(), []
    taken = [
        all_places.take(Holder("device", "d1"), "a1", lambda number=number: woken.append(number))  # type: ignore[misc]
        for number in range(MOST_ALIKE + 2)
    ]
    assert [place.is_kept for place in taken] == [False, False, *[True] * MOST_ALIKE]
    assert woken == [0, 1]


def test_a_thousand_streams_of_one_device_are_four() -> None:
    all_places = places(streams=10, address_streams=10)
    assert sum(place.is_kept for place in [take(all_places) for _ in range(1000)]) == MOST_ALIKE


def test_one_address_gets_so_many_and_others_go_on() -> None:
    all_places = places(address_streams=2)
    take(all_places, "d1")
    last = take(all_places, "d2")
    assert refused(all_places, "d3") == ("rateLimited", "30")
    take(all_places, "d3", "a2")
    last.leave()
    take(all_places, "d4")


def test_who_has_all_of_its_address_may_still_open_anew() -> None:
    all_places = places(address_streams=MOST_ALIKE, streams=MOST_ALIKE)
    taken = [take(all_places) for _ in range(MOST_ALIKE + 1)]
    assert not taken[0].is_kept


def test_who_is_refused_ends_nobodys() -> None:
    all_places = places(address_streams=1)
    taken = [take(all_places, "d1", f"a{number}") for number in range(MOST_ALIKE)]
    take(all_places, "d2", "full")
    assert refused(all_places, "d1", "full") == ("rateLimited", "30")
    assert all(place.is_kept for place in taken)


def test_a_replica_holds_so_many() -> None:
    all_places = places(streams=2)
    first = take(all_places, "d1", "a1")
    take(all_places, "d2", None)
    assert refused(all_places, "d3", None) == ("unavailable", "30")
    first.leave()
    first.leave()
    take(all_places, "d3", None)
    assert refused(all_places, "d4", "a2") == ("unavailable", "30")


def test_nothing_is_remembered_of_who_left() -> None:
    all_places = places()
    for number in range(20):
        take(all_places, f"d{number}").leave()
    assert all_places.held_by("device") == frozenset()
    assert vars(all_places)["_taken"] == vars(all_places)["_of_address"] == {}


def test_holders_are_known_by_their_kind() -> None:
    all_places = places()
    take(all_places, "d1")
    all_places.take(Holder("session", "s1"), None, lambda: None)
    assert all_places.held_by("device") == {"d1"}
