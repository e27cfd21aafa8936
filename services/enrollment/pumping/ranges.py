"""Ranges of numbers that cost, or lead to no telephone of a person's."""

from collections.abc import Collection, Mapping
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

RISKY: Final[Mapping[int, str]] = {
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
    PhoneNumberType.UAN: "premium",
    PhoneNumberType.PERSONAL_NUMBER: "virtual",
    PhoneNumberType.VOIP: "virtual",
    PhoneNumberType.PAGER: "virtual",
}
"""Costly to reach, or bound to no device, by what the configuration calls them (`numbers.allow`)."""
NO_COUNTRY: Final = "001"
"""The region of numbers that belong to no country: satellites and international networks (+870, +881 to +883, …)."""


def is_risky(number: str, usable: Collection[str]) -> bool:
    """Whether a number belongs to no country, costs, or is bound to no device; `usable` are ranges that the
    configuration takes all the same."""
    parsed = phonenumbers.parse(number)
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return region == NO_COUNTRY or RISKY.get(phonenumbers.number_type(parsed)) not in {None, *usable}
