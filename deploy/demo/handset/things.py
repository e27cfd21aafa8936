"""What reaches a handset and an inbox: texts, calls, mails."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from deploy.demo.handset.faults import Provider

TextStatus = Literal["queued", "sent", "delivered"]
CallStatus = Literal["queued", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed"]
ENDED: frozenset[CallStatus] = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})


@dataclass(frozen=True)
class Text:
    """A text message as the provider keeps it; on the phone it shows once delivered."""

    id: str
    account: str
    provider: Provider
    to: str
    sender: str
    body: str
    at: datetime
    status: TextStatus = "queued"
    callback: str | None = None

    @property
    def arrived(self) -> bool:
        """Whether the phone has it."""
        return self.status == "delivered"

    def as_json(self) -> dict[str, Any]:
        """As `/api/messages` shows it."""
        return {
            "id": self.id,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "at": self.at.isoformat(),
            "provider": self.provider.value,
            "status": self.status,
        }


@dataclass(frozen=True)
class Call:
    """A call, from the ring to the end; `body` is what was read out so far."""

    id: str
    account: str
    provider: Provider
    to: str
    sender: str
    at: datetime
    twiml: str | None = None
    url: str | None = None
    method: Literal["GET", "POST"] = "POST"
    ring_seconds: float = 60.0
    callback: str | None = None
    callback_events: frozenset[str] = frozenset({"completed"})
    status: CallStatus = "queued"
    said: tuple[str, ...] = field(default=())
    pressed: str = ""
    unread: str = ""
    """Keys that no `<Gather>` has taken yet."""
    lost: bool = False
    listening: bool = False
    answered_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def body(self) -> str:
        """Everything that was read out."""
        return "\n".join(self.said)

    @property
    def reached_phone(self) -> bool:
        """Whether the phone rings, or did; a lost call never gets so far."""
        return self.status != "queued"

    @property
    def ended(self) -> bool:
        """Whether the line is dead."""
        return self.status in ENDED

    @property
    def duration(self) -> int:
        """Whole seconds of talk."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))

    def as_json(self) -> dict[str, Any]:
        """As `/api/calls` shows it."""
        return {
            "id": self.id,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "at": self.at.isoformat(),
            "status": self.status,
            "pressed": self.pressed,
            "listening": self.listening,
        }


@dataclass(frozen=True)
class Mail:
    """A mail in the inbox."""

    id: str
    to: str
    sender: str
    subject: str
    text: str
    html: str
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """As `/api/mail` shows it."""
        return {
            "id": self.id,
            "to": self.to,
            "from": self.sender,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "at": self.at.isoformat(),
        }


def masked(number: str) -> str:
    """A number or address as a log line may show it: enough to follow, too little to use."""
    if "@" in number:
        local, _, domain = number.partition("@")
        return f"{local[:1]}•••@{domain}"
    return f"{number[:3]} •••• ••{number[-4:]}" if len(number) > 7 else "•••"
