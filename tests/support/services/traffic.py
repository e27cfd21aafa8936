"""How traffic is remembered: a suite for the database in memory and the real one."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.enrollment.pumping.store import Traffic
from services.enrollment.pumping.traffic import HOUR, MOST_OPEN, Mark, figures_of
from services.kit.mongo.client import Database
from tests.support import clock

MINUTE = timedelta(minutes=1)
NOON = clock.NOON.replace(year=2100)
"""Far off, so that a real database ends nothing by itself meanwhile."""
NUMBER = "+37120123456"


def mark(by: str = "c-1", at: datetime = NOON, **fields: object) -> Mark:
    """A message to Latvia."""
    made = Mark("northbridge", by, at, "LV", int(NUMBER[-4:]), "range", "network")
    return replace(made, **fields)  # type: ignore[arg-type]


class TrafficBehaviour:
    """Traffic, on any database."""

    @pytest.fixture
    async def traffic(self, database: Database) -> Traffic:
        """Nothing is known yet."""
        made = Traffic(database)
        await made.prepare()
        return made

    async def test_what_nobody_used_speaks_after_some_minutes(self, traffic: Traffic) -> None:
        await asyncio.gather(*(traffic.asked(mark(f"c-{number}", suffix=number)) for number in range(6)))
        for later, unused in ((MINUTE, 0), (4 * MINUTE, 6), (61 * MINUTE, 0)):
            now = mark("c-9", NOON + later)
            figures = figures_of(now, NUMBER, await traffic.read(now))
            assert (figures.country.unused, figures.range.unused, len(figures.suffixes)) == (unused, unused, unused)

    async def test_a_code_that_was_used_speaks_for_nothing_however_often_that_is_told(self, traffic: Traffic) -> None:
        for number in range(3):
            await traffic.asked(mark(f"c-{number}", suffix=number))
        await traffic.asked(mark("c-0", NOON + MINUTE, suffix=0))
        await asyncio.gather(*(traffic.used("northbridge", "c-0") for _ in range(3)))
        now = mark("c-9", NOON + 5 * MINUTE)
        figures = figures_of(now, NUMBER, await traffic.read(now))
        assert (figures.country.asked, figures.country.unused) == (4, 2)
        assert (figures.range.asked, figures.range.unused, figures.suffixes) == (4, 2, (1, 2))
        assert (figures.network.asked, figures.network.unused) == (4, 2)

    async def test_what_is_withdrawn_was_never_asked_for(self, traffic: Traffic) -> None:
        await traffic.asked(mark())
        await traffic.asked(mark(at=NOON + MINUTE))
        await traffic.withdrawn(mark(at=NOON + MINUTE))
        now = mark("c-9", NOON + 9 * MINUTE)
        figures = figures_of(now, NUMBER, await traffic.read(now))
        assert (figures.country.unused, figures.range.unused) == (1, 1)

    async def test_a_flood_makes_no_document_grow(self, traffic: Traffic) -> None:
        for number in range(MOST_OPEN + 9):
            await traffic.asked(mark(f"c-{number}", suffix=number))
        found = await traffic.read(mark())
        assert len(found[mark().range_id]["open"]) == MOST_OPEN

    async def test_the_usual_of_a_country_is_made_of_the_hours_that_are_over(self, traffic: Traffic) -> None:
        for hour, count in enumerate((2, 0, 3)):
            for number in range(count):
                await traffic.asked(mark(f"c-{hour}-{number}", NOON + hour * HOUR))
                await traffic.read(mark(at=NOON + hour * HOUR))
        await traffic.used("northbridge", "c-2-0")
        now = mark("c-9", NOON + 3 * HOUR)
        both = await asyncio.gather(traffic.read(now), traffic.read(now))
        assert [figures_of(now, NUMBER, found).usual for found in both] == [(2, 0, 2)] * 2

    async def test_countries_of_one_network_are_remembered_for_a_day(self, traffic: Traffic) -> None:
        for at, country in ((NOON, "LV"), (NOON + HOUR, "EE"), (NOON + 2 * HOUR, "LT")):
            await traffic.asked(mark(f"c-{country}", at, country=country))
        now = mark("c-9", NOON + 20 * HOUR, country="GB")
        assert figures_of(now, NUMBER, await traffic.read(now)).countries == {"LV", "EE", "LT", "GB"}
        late = mark("c-9", NOON + 25 * HOUR, country="GB")
        assert figures_of(late, NUMBER, await traffic.read(late)).countries == {"LT", "GB"}
