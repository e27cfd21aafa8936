"""Messages that are asked for: by people over a month, and by whoever earns by them. One seed, the same messages."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from tests.support.clock import NOON

BEGINNING: Final = NOON.replace(hour=0)
DAY: Final = timedelta(days=1)

HOME: Final = {"GB": 70, "DE": 10, "FR": 6, "ES": 4, "NL": 3, "PL": 2, "IN": 2}
ELSEWHERE: Final = ("IE", "IT", "SE", "PT", "RO", "CZ", "US", "CA", "AU", "ZA", "BR", "TR", "AE", "SG", "JP")
"""Three in a hundred, together."""
OFFICES: Final = ("192.0.2.10", "198.51.100.20", "203.0.113.30")
USED: Final = 0.88
"""The part of the codes that people use; the others gave up, mistyped the number, or got nothing."""
BY_HOUR: Final = (0, 0, 0, 0, 0, 1, 2, 6, 14, 16, 12, 9, 8, 10, 9, 7, 5, 3, 2, 1, 1, 1, 0, 0)
ON_A_WEEKDAY: Final = 400
ON_A_WEEKEND: Final = 60

Pattern = Literal["row", "countries", "spread"]
BEGINS: Final[dict[Pattern, timedelta]] = {
    "row": timedelta(days=20, hours=2),
    "countries": timedelta(days=23, hours=2),
    "spread": timedelta(days=26, hours=2),
}
"""When an attack of each pattern begins: by night, three days apart."""
MESSAGES: Final = 3000


@dataclass(frozen=True)
class Message:
    """One that is asked for; `used_after` None where nobody uses its code, `pattern` that of an attack."""

    at: datetime
    number: str
    address: str
    used_after: timedelta | None = None
    pattern: Pattern | None = None


class Numbers:
    """Mobile numbers of a country: a valid one, with other last digits."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def any_of(self, region: str, digits: int = 6) -> str:
        return f"{mobile(region)[:-digits]}{self._chance.randrange(10**digits):0{digits}}"


def mobile(region: str) -> str:
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    assert example is not None, region
    return str(phonenumbers.format_number(example, PhoneNumberFormat.E164))


def ordinary(days: int, seed: int) -> Iterator[Message]:
    """What people ask for: by the hours of work, from offices and homes; and two days on which 300 phones in a row
    are handed out."""
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    numbers = Numbers(chance)
    for day in range(days):
        start = BEGINNING + day * DAY
        for _ in range(ON_A_WEEKDAY if start.weekday() < 5 else ON_A_WEEKEND):
            hour = chance.choices(range(24), BY_HOUR)[0]
            at = start + timedelta(hours=hour, seconds=chance.uniform(0, 3600))
            yield from _of_person(at, numbers.any_of(_country(chance)), _address(chance), chance)
        if day in {6, 23}:
            first = int(mobile("GB")[-6:]) + day
            for phone in range(300):
                number = f"{mobile('GB')[:-6]}{(first + phone) % 10**6:06}"
                at = start + timedelta(hours=9, seconds=chance.uniform(0, 5400))
                yield from _of_person(at, number, OFFICES[0], chance)


def _of_person(at: datetime, number: str, address: str, chance: random.Random) -> Iterator[Message]:
    """Who gets nothing mostly asks once more."""
    if chance.random() < USED:
        yield Message(at, number, address, timedelta(seconds=chance.lognormvariate(3.6, 0.6)))
        return
    yield Message(at, number, address)
    if chance.random() < 0.6:
        again = at + timedelta(seconds=chance.uniform(35, 300))
        used = timedelta(seconds=chance.lognormvariate(3.6, 0.6)) if chance.random() < 0.5 else None
        yield Message(again, number, address, used)


def _country(chance: random.Random) -> str:
    if chance.random() < 0.03:
        return chance.choice(ELSEWHERE)
    return chance.choices(tuple(HOME), tuple(HOME.values()))[0]


def _address(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return chance.choice(OFFICES)
    return f"100.{64 + chance.randrange(64)}.{chance.randrange(64)}.{chance.randrange(256)}"


def attack(pattern: Pattern, seed: int) -> Iterator[Message]:
    """3,000 messages whose codes nobody uses.

    `row`: adjacent numbers of one country, from 40 networks, one every 20 s. `countries`: numbers of 30 countries from
    two networks, one every 15 s. `spread`: numbers all over one country, one every 30 s, each from another network.
    """
    chance = random.Random(f"{pattern} {seed}")  # noqa: S311
    numbers, begins = Numbers(chance), BEGINNING + BEGINS[pattern]
    regions = sorted(chance.sample(sorted(phonenumbers.SUPPORTED_REGIONS - {"GB"}), 60))
    regions = [region for region in regions if phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)]
    for number in range(MESSAGES):
        match pattern:
            case "row":
                at, address = number * timedelta(seconds=20), f"45.{number % 40}.7.9"
                text = f"{mobile('AZ')[:-6]}{400_000 + number:06}"
            case "countries":
                at, address = number * timedelta(seconds=15), f"45.{100 + number % 2}.7.9"
                text = numbers.any_of(chance.choice(regions[:30]), 5)
            case "spread":
                at, address = number * timedelta(seconds=30), f"46.{number // 250}.{number % 250}.7"
                text = numbers.any_of("UZ", 7)
        yield Message(begins + at, text, address, pattern=pattern)
