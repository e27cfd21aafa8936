"""What a method must say of its pages: the steps that set it up, and the page of each kind of proof."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol

from fastapi import Response

from schemas.base import Channel, MethodType
from schemas.verification import ProofKind
from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.web.forms import F, SentForm
from services.enrollment.web.judging import Feedback, ShowAgain
from services.enrollment.web.rendering import View
from services.enrollment.web.request import PageRequest
from services.enrollment.web.views import FieldError, Frame, Told
from services.enrollment.web.words import CHECKING

Show = Callable[[PageRequest], Awaitable[Response]]

Picture = Callable[[PageRequest], Awaitable[str]]
"""What a QR code says."""


class StepPage(Protocol):
    """A page of the wizard, and what its form does."""

    async def shown(self, page: PageRequest, by_hand: bool, /) -> Response: ...

    async def submitted(self, page: PageRequest, sent: SentForm) -> Response: ...


@dataclass(frozen=True)
class Step(Generic[F]):
    """A step with a form of its own. `by_hand` shows its QR code as text."""

    show: Show
    act: Callable[[PageRequest, F], Awaitable[Response]]
    form: type[F]
    by_hand: Show | None = None

    async def shown(self, page: PageRequest, by_hand: bool, /) -> Response:
        return await (self.by_hand if by_hand and self.by_hand else self.show)(page)

    async def submitted(self, page: PageRequest, sent: SentForm) -> Response:
        return await self.act(page, sent.read(self.form))


@dataclass(frozen=True)
class MethodPages:
    """The pages that set up a type of method. `pictures` are its QR codes by the name in their address; `proofs` are
    pages of its own for kinds of proof that other types have, too."""

    type: MethodType
    steps: Mapping[str, StepPage]
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    proofs: "tuple[ProofPage[Any], ...]" = ()


@dataclass(frozen=True)
class AskedProof:
    """A proof that "Verify it's you" asks for, and what its page says again.

    `label` is how the person knows the method; `other_method` offers another one, `ways` are others to reach this one.
    """

    page: PageRequest
    challenge: Challenge
    method: Method
    label: str
    frame: Frame
    feedback: Feedback
    other_method: bool
    ways: frozenset[Channel] = frozenset()

    @property
    def error(self) -> FieldError | None:
        return self.feedback.error

    @property
    def ended(self) -> bool:
        return self.challenge.status_at(self.page.deps.clock.now()) != "pending"

    @property
    def checking(self) -> str | None:
        return CHECKING if self.challenge.pending_submission and not self.ended else None

    @property
    def events_url(self) -> str:
        return f"{self.frame.site.events}?challenge={self.challenge.id}"


def _never_resent(_action: str, _challenge: Challenge, _now: datetime) -> bool:
    return False


def _nothing_delivered(_challenge: Challenge, _now: datetime) -> Told:
    return Told("queued", "")


@dataclass(frozen=True, kw_only=True)
class ProofPage(Generic[F]):
    """The page of a kind of proof, on "Verify it's you".

    `answer` is what "Next" does. `resends` tells the actions that send the same once more from those that ask anew;
    `again_by_code`: "Try again" asks for a code of the app. `told` is what is known of the newest message.
    """

    kind: ProofKind
    view: Callable[[AskedProof], View]
    answer: Callable[[PageRequest, Challenge, F, ShowAgain], Awaitable[Response]]
    form: type[F]
    again_by_code: bool = False
    resends: Callable[[str, Challenge, datetime], bool] = _never_resent
    told: Callable[[Challenge, datetime], Told] = _nothing_delivered

    async def submitted(self, page: PageRequest, challenge: Challenge, sent: SentForm, show: ShowAgain) -> Response:
        return await self.answer(page, challenge, sent.read(self.form), show)
