"""What the rules need to know of a type of method and of a kind of proof."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from schemas.base import Channel, MethodType
from schemas.verification import ProofKind
from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import PhoneType, Registration
from services.kit.errors import MethodAlreadyRegisteredError, MethodLimitReachedError, ProblemError

Strength = Literal["possession", "phishingResistant", "recovery"]
"""What a proof is worth: `recovery` only recovers an account (NIST SP 800-63B-4, 3.1.3.1 and 3.1.1.2)."""

PROVEN_FOR = timedelta(minutes=15)
"""How long a proof lets a person manage their methods."""


@dataclass(frozen=True)
class WizardStep:
    """A step of the wizard, `{method type}[.{part}]`.

    `back_to` are earlier steps that "Back" may show again; `asked_from` are those from which a challenge leads here,
    `onward` is where "Next" alone leads.
    """

    name: str
    back_to: tuple[str, ...] = ()
    asked_from: frozenset[str] = frozenset()
    onward: str | None = None


@dataclass(frozen=True)
class ProofTraits:
    """A kind of proof. `amr` are its values (RFC 8176, section 2), `amr_by_channel` those that the channel adds.

    `channels` are those that can carry it, where these are fewer than the method's. `proves_registration` is false
    where nothing is proven by registering: the person chose or was given something. `is_taken_by_notifier` where the
    answer comes the way that the question went, so that enrollment hands nothing in.
    """

    amr: tuple[str, ...]
    channels: frozenset[Channel] | None = None
    amr_by_channel: Mapping[Channel, str] = field(default_factory=dict)
    proves_registration: bool = True
    is_taken_by_notifier: bool = False


Conflict = Callable[["Traits", Sequence[Method], Registration], type[ProblemError] | None]
"""Why something cannot be registered beside the other active methods of its type."""


def beyond_limit(traits: "Traits", others: Sequence[Method], _: Registration) -> type[ProblemError] | None:
    return MethodLimitReachedError if traits.limit is not None and len(others) >= traits.limit else None


def once(_: "Traits", others: Sequence[Method], __: Registration) -> type[ProblemError] | None:
    return MethodAlreadyRegisteredError if others else None


@dataclass(frozen=True, kw_only=True)
class Traits:
    """A type of method, as the rules of accounts, policies, sessions and challenges know it."""

    type: MethodType
    proofs: Mapping[ProofKind, ProofTraits]
    steps: tuple[WizardStep, ...] = field(default=(), metadata={"empty": "nobody sets it up in the wizard"})
    strength: Strength = "possession"
    limit: int | None = None
    conflict: Conflict = beyond_limit
    has_one_place: bool = False
    """A new one takes the place of a suspended one."""
    is_renewed: bool = False
    """A new one takes the place of the one before."""
    is_handed_out: bool = False
    """By an administrator, whatever the policy: it comes first and is nobody's own."""
    has_destination: bool = False
    """It has a number or an address that can be changed."""
    delivered_by: frozenset[Channel] = frozenset()
    """The channels of which it needs one."""
    also_by: frozenset[Channel] = frozenset()
    """Further channels, for who chooses them where somebody carries them."""
    needs_capable_browser: bool = False
    is_knowledge: bool = False
    """Something that the person knows: no secret (NIST SP 800-63B-4, 3.1.1.2)."""
    has_clock_of_its_own: bool = False
    """One that nobody sets, if it has any: its codes are taken for longer than they are shown."""
    needs_telephone: bool = False
    country_of: Callable[[str], str] | None = None
    """The country of its number: messages are counted by it."""
    phone_types: tuple[PhoneType, ...] = ()
    """The variants of which a person may have one each."""
    texted: frozenset[PhoneType] = frozenset()
    """Those of them that take texts."""
    is_on_a_phone: bool = False
    """Whoever has a new phone sets it up anew there, and the old one goes."""
    starts_by_itself: bool = False
    """Its first question needs no decision: a request or a message that the person waits for."""
    added_within: timedelta = PROVEN_FOR
    """How old a proof may be for this type to be added."""
    stand_ins: tuple[MethodType, ...] = ()
    """Types that count as this one where it is required."""
    is_beside_others: bool = False
    """Its first step can be looked at from wherever a method is being set up."""

    def may_go_by(self, channel: Channel, kind: ProofKind) -> bool:
        """Whether a proof of that kind can be carried by a channel."""
        carriers = self.proofs[kind].channels
        return channel in self.delivered_by | self.also_by and (carriers is None or channel in carriers)

    @property
    def can_be_lost(self) -> bool:
        """Whether it is a thing that a person has: not known, not read elsewhere, not handed out."""
        return not (self.is_knowledge or self.is_mailed or self.is_handed_out)

    @property
    def is_mailed(self) -> bool:
        return self.delivered_by == {"email"}

    @property
    def proves_by_registering(self) -> bool:
        """Whether the person proves it while setting it up; else it is active as soon as the verifier keeps it."""
        return any(proof.proves_registration for proof in self.proofs.values())

    @property
    def first_step(self) -> str:
        return self.steps[0].name
