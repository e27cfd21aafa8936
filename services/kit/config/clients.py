"""Platforms that integrate the product, and how much they and their people may ask for."""

from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, StringConstraints

from services.kit.config.values import Closed, Identifier

Scope = Literal[
    "interrupts",
    "challenges",
    "methods.read",
    "methods.write",
    "policies.read",
    "policies.write",
    "reports.read",
    "admin",
    "operations.people",
]
"""What a client may ask for in a token (RFC 6749, section 3.3)."""


class Client(Closed):
    """A platform that integrates the product: who signs its tokens, what for, and where it may send people back to."""

    issuer: str
    tenants: tuple[Identifier, ...]
    scopes: frozenset[Scope] = Field(default=frozenset(), description="all that its tokens may ask for")
    jwks_url: AnyHttpUrl
    jwks_stale_hours: int = Field(
        default=24, ge=0, le=168, description="how long the keys that were fetched last count while none can be fetched"
    )
    return_urls: tuple[AnyHttpUrl, ...]


Rate = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)$")]


class RateLimits(Closed):
    """How much is taken before the answer is 429: `COUNT/UNIT`. Each replica counts for itself, except for `request`,
    `keep`, `lookUp` and `act`, which hold over all of them. Limits per number, device and challenge are not here."""

    address: Rate = Field(default="120/minute", description="openings of tickets from one address")
    client: Rate = Field(default="6000/minute", description="API calls of one client")
    session: Rate = Field(default="60/minute", description="forms of one session")
    request: Rate = Field(default="10/hour", description="numbers that one session may ask a code for")
    keep: Rate = Field(
        default="10/hour", description="sets of recovery codes, of answers, or passes that one person may be given"
    )
    look_up: Rate = Field(default="60/hour", description="people that one agent of the help desk may look up")
    act: Rate = Field(default="20/hour", description="what one agent of the help desk may do for people")
    streams: int = Field(default=5000, ge=1, description="event streams that a replica holds open at once; then 503")
    address_streams: int = Field(
        default=500, ge=1, description="of them from one address; those that platforms open are not counted"
    )
