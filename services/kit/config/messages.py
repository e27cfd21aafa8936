"""How many messages with a code may go out, and how many of them for what."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Final, Literal

from pydantic import Field, IPvAnyNetwork, StringConstraints, model_validator

from schemas.base import Purpose
from services.kit.config.clients import Rate
from services.kit.config.values import Closed
from services.kit.counting import Allowance, allowance_of

CAUSED_BY_ANYBODY: Final[frozenset[Purpose]] = frozenset({"registration", "passwordReset"})
"""Whoever types a number causes the one, whoever selects "Forgot my password" the other."""


class Budget(Closed):
    """The messages of one thing (a number, a person, …) within a time: so many for signing in and for a proof in
    between, of what the person has proven before; and beside them as many of those that anybody can cause, with a cap
    for each. What anybody causes costs nobody the code to sign in.
    """

    messages: Rate = Field(description="to sign in, and as many that anybody can cause: COUNT/UNIT")
    registration: int = Field(ge=1, description="at most so many of these for what is not proven yet")
    password_reset: int = Field(ge=1, description="at most so many of these for password resets")

    @model_validator(mode="after")
    def _caps_lie_within(self) -> "Budget":
        if max(self.registration, self.password_reset) > self.count:
            raise ValueError("registration and passwordReset are at most as many as the messages")
        return self

    @property
    def count(self) -> int:
        return allowance_of(self.messages).count

    @property
    def within(self) -> timedelta:
        return allowance_of(self.messages).within

    def most_for(self, purpose: Purpose | None) -> int:
        """How many messages may be for this purpose; of what has none, all of them."""
        match purpose:
            case "registration":
                return self.registration
            case "passwordReset":
                return self.password_reset
        return self.count


class Pumping(Closed):
    """What is done about messages that somebody asks for only to earn by them (ADR 0036)."""

    mode: Literal["observe", "slow", "deny"] = Field(
        default="observe",
        description="send and say so; let the suspicious share an allowance; or refuse what is certain",
    )
    share: Rate = Field(
        default="10/hour", description="how many suspicious messages go out to one country under slow and deny"
    )
    allow_countries: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = Field(
        default=(), max_length=250, description="countries or regions whose numbers are never suspicious"
    )
    allow_numbers: tuple[Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,14}$")], ...] = Field(
        default=(), max_length=200, description="numbers, or what they begin with, in E.164"
    )
    allow_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(), max_length=200, description="networks from which people register: offices, gateways"
    )

    @property
    def shared(self) -> Allowance:
        return allowance_of(self.share)

    def allows_address(self, address: str) -> bool:
        """Whether a client's address lies in one of the networks."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.allow_networks)


class MessageBudgets(Closed):
    """The budgets of an organisation. What counts against one is counted in the database, over all replicas."""

    number: Budget = Field(
        default=Budget(messages="10/day", registration=10, password_reset=10),
        description="to one number, whatever its extension, or to one address",
    )
    user: Budget = Field(
        default=Budget(messages="40/day", registration=15, password_reset=10), description="of one person"
    )
    network: Budget = Field(
        default=Budget(messages="300/hour", registration=100, password_reset=60),
        description="asked for from one range of addresses: /24 of IPv4, /48 of IPv6",
    )
    country: Budget = Field(
        default=Budget(messages="1000/hour", registration=300, password_reset=200),
        description="to the numbers of one country or region",
    )
    tenant: Budget = Field(
        default=Budget(messages="5000/hour", registration=1500, password_reset=1000),
        description="of the whole organisation",
    )
