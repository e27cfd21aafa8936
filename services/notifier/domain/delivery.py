"""A delivery: one message of one send or one notice, from the request to its end.

```mermaid
stateDiagram-v2
    [*] --> queued: MethodRequested, NoticeRequested
    queued --> sending: claimed
    sending --> sending: nothing was heard of the claim for the time of a lease, claimed again (outcome unknown)
    sending --> queued: no success yet, or the number got a message a moment ago
    queued --> queued: its provider takes nothing now, another one does
    sending --> sent: accepted, or a callback told so
    queued --> sent: a callback told so
    sending --> failed: rejected, mismatch, no time left
    queued --> failed: notAfter passed
    sending --> refused: limit of the number, or its SIM card was changed a short while ago
    queued --> cancelled: ChallengeCancelled
    sent --> delivered: callback
    sent --> failed: callback
    failed --> delivered: callback (a repeated message arrived after all)
```

A call is sent once the provider has it, and delivered when it is answered. What the person presses is noted once.
"""

from typing import Literal

from pydantic import AwareDatetime, model_validator

from schemas.base import Channel, MethodType
from schemas.enrollment import NoticeKind
from schemas.notification import DeliveryFailureReason, RefusalReason
from schemas.verification import ChallengeTerms
from services.kit.state import State

Status = Literal["queued", "sending", "sent", "delivered", "failed", "refused", "cancelled"]
OPEN: frozenset[Status] = frozenset({"queued", "sending"})
WITHHELD: frozenset[Status] = frozenset({"refused", "cancelled"})
"""Certainly never sent."""

CallDecision = Literal["confirm", "report"]


UNUSUAL: frozenset[NoticeKind] = frozenset({"newBrowser", "manyFailures"})
"""What only happened, and whoever has the password causes as often as they like."""


class Notice(State):
    """What a notice tells: which change, of what (if of a method), and when. `link` is sealed for the notice."""

    notice_id: str
    kind: NoticeKind
    method_type: MethodType | None = None
    display_name: str
    link: str | None = None
    happened_at: AwareDatetime

    @property
    def share(self) -> str:
        """Of the messages of a number or an address: what is unusual must not keep a change from being told."""
        return "unusual" if self.kind in UNUSUAL else "notices"


class Delivery(State):
    """One message to be sent: about a challenge (`terms`), or a `notice`. `destination` is sealed for either.

    `next_attempt_at` says when somebody must look at it: the next attempt while it is queued, the end of the lease by
    the claimant's clock while it is being sent, nothing once it has ended. `held` counts the attempts that only found
    that its number has to be left alone. `sim_checked`: nothing about its SIM card spoke against it. `uncertain` names
    the provider whose answer never came; of the `repeats` after that the `blind_repeats` are those where nobody could
    say what had become of the message. `decision` is what the person who was called said by pressing keys. `country` is
    that of the number, as far as it has one.
    """

    id: str
    tenant: str
    user: str
    terms: ChallengeTerms | None = None
    notice: Notice | None = None
    channel: Channel
    send: int
    destination: str | None
    country: str | None = None
    locale: str
    requested_at: AwareDatetime
    not_after: AwareDatetime
    traceparent: str | None = None
    provider: str
    status: Status = "queued"
    attempts: int = 0
    held: int = 0
    sim_checked: bool = False
    repeats: int = 0
    blind_repeats: int = 0
    uncertain: str | None = None
    first_claimed_at: AwareDatetime | None = None
    next_attempt_at: AwareDatetime | None
    message_id: str | None = None
    cancelled: bool = False
    reason: DeliveryFailureReason | RefusalReason | None = None
    ended_at: AwareDatetime | None = None
    decision: CallDecision | None = None

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> "Delivery":
        if (self.terms is None) == (self.notice is None):
            raise ValueError("a delivery is about a challenge or a notice")
        return self

    @property
    def about(self) -> str:
        """The id of the challenge or the notice."""
        if self.terms:
            return self.terms.challenge_id
        return self.notice.notice_id if self.notice else ""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def document_id(delivery: Delivery) -> str:
    """One document for each send of a challenge, and for each notice, so that a redelivered request is found out."""
    return f"{delivery.tenant}/{delivery.about}:{delivery.send}"


def is_at(delivery: Delivery, attempt: int) -> bool:
    """Whether this attempt still has the delivery: no callback has ended it, nobody else took it over."""
    return delivery.status == "sending" and delivery.attempts == attempt
