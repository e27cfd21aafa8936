"""How many messages with a code may go out, and how many of them for what."""

from datetime import timedelta
from typing import Final

from pydantic import Field, model_validator

from schemas.base import Purpose
from services.kit.config.clients import Rate
from services.kit.config.values import Closed

UNITS: Final = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


class Budget(Closed):
    """The messages of one thing (a number, a person, …) within a time, and the most of them that may be for registering
    and for password resets.

    Whoever wants to can cause these two: anybody types any number, and selects "Forgot my password" for anybody. What
    they cannot take is kept for signing in and for a proof in between, of what the person has proven before.
    """

    messages: Rate = Field(description="in all: COUNT/UNIT")
    registration: int = Field(ge=1, description="at most so many of them for what is not proven yet")
    password_reset: int = Field(ge=1, description="at most so many of them for password resets")

    @model_validator(mode="after")
    def _leaves_some(self) -> "Budget":
        if self.registration + self.password_reset >= self.count:
            raise ValueError("registration and passwordReset leave no messages for signing in")
        return self

    @property
    def count(self) -> int:
        return int(self.messages.partition("/")[0])

    @property
    def within(self) -> timedelta:
        return UNITS[self.messages.partition("/")[2]]

    def most_for(self, purpose: Purpose | None) -> int:
        """How many of the messages may be for this purpose; of what has none, all of them."""
        match purpose:
            case "registration":
                return self.registration
            case "passwordReset":
                return self.password_reset
        return self.count


class MessageBudgets(Closed):
    """The budgets of an organisation. What counts against one is counted in the database, over all replicas."""

    number: Budget = Field(
        default=Budget(messages="10/day", registration=4, password_reset=3),
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
