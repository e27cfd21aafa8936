"""Who sends a request, and from where."""

import re
from typing import Final

from fastapi import Request

COUNTRY: Final = re.compile(r"[A-Z]{2}")
NOWHERE: Final = frozenset({"XX", "ZZ"})
"""What stands for a country that is not known (ISO 3166-1 leaves both to its users)."""


def address_of(request: Request) -> str:
    """Where a request comes from; behind trusted proxies, what they say. Empty where that is not known."""
    return request.client.host if request.client else ""


def country_of(request: Request, header: str) -> str:
    """The country (ISO 3166-1 alpha-2) that a trusted proxy says in this header. Empty where it says none, or is not
    asked."""
    named = request.headers.get(header, "").strip().upper() if header else ""
    return named if COUNTRY.fullmatch(named) and named not in NOWHERE else ""
