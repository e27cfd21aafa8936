"""Faults that a test or a person switches on, one mode for each provider."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

SLOW_BY_DEFAULT_MS = 5_000


class Provider(StrEnum):
    """Who can be made to fail."""

    TWILIO_A = "twilio-a"
    TWILIO_B = "twilio-b"
    VOICE = "voice"
    SMTP = "smtp"


class Mode(StrEnum):
    """How a provider behaves."""

    OK = "ok"
    ERROR = "error"
    """Answers with a server error; another try may succeed."""
    SLOW = "slow"
    """Does its work, but answers only after the delay."""
    HANG = "hang"
    """Takes the request, does nothing and never answers."""
    REJECT = "reject"
    """Says that the destination is invalid; another try is pointless."""
    THROTTLE = "throttle"
    """Asks to slow down, until switched off."""
    LOST = "lost"
    """Accepts, then neither delivers nor reports."""
    LATE = "late"
    """Delivers at once; its reports come after the delay, the last first, and each twice."""


class Fault(BaseModel):
    """The order to behave in a mode, as `PUT /api/faults` takes it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")

    provider: Provider
    mode: Mode
    delay_ms: int = Field(default=SLOW_BY_DEFAULT_MS, ge=0, le=600_000)

    @property
    def delay(self) -> float:
        """Seconds to wait before answering; zero unless slow."""
        return self.delay_ms / 1000 if self.mode is Mode.SLOW else 0.0

    @property
    def reports_after(self) -> float | None:
        """Seconds until reports come, out of order and twice; None where they come as things happen."""
        return self.delay_ms / 1000 if self.mode is Mode.LATE else None

    @classmethod
    def none(cls, provider: Provider) -> Self:
        """The normal behaviour."""
        return cls(provider=provider, mode=Mode.OK)


class Faults:
    """The mode that each provider is in."""

    def __init__(self) -> None:
        self._modes = {provider: Fault.none(provider) for provider in Provider}

    def put(self, fault: Fault) -> None:
        """Switch a provider to a mode."""
        self._modes[fault.provider] = fault

    def of(self, provider: Provider) -> Fault:
        """How `provider` behaves now."""
        return self._modes[provider]

    def all(self) -> list[Fault]:
        """Every provider with its mode."""
        return list(self._modes.values())
