"""A code that is sent: where it goes, how it is asked for, sent again and handed in."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from pydantic import SecretStr

from schemas.base import Channel
from schemas.enrollment import Destination
from schemas.verification import MOST_OTHER_HASHES, CodeTerms, ProofKind
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.budgets.handlers import counted
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import RESEND_AFTER, Challenge, Patience
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge
from services.enrollment.challenges.handlers.lifecycle import binding_of
from services.enrollment.methods.base.handlers import Digits, typed_digits
from services.enrollment.needs import CanBuild, CanSendAgain, HasKeyring, HasSealer
from services.enrollment.sessions.handlers.asking import current_challenge
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.crypto.sealing import Binding, Sealer, keyed_hashes
from services.kit.errors import ChallengeEndedError, UnknownMethodError
from services.kit.ids import new_token, repeatable_id


class CanOpenDestinations(HasKeyring, HasSealer, Protocol):
    """Opens where codes go."""


@dataclass(frozen=True)
class PlainDestination:
    """Where a code goes: a number (with `;ext=` and an extension, if it has one) or an address.

    `digest` is its keyed hash, by which it is compared and counted; `other_digests` those under the other `index` keys,
    under which it may be known as well while they are rotated.
    """

    plain: SecretStr
    masked: str
    digest: str
    other_digests: tuple[str, ...] = ()

    @classmethod
    def of(cls, plain: str, masked: str, account: Account, deps: HasKeyring) -> "PlainDestination":
        """A number or address, by the hash under which the account knows it, if it does."""
        hashes = keyed_hashes(deps.keyring, plain, tenant=account.tenant)
        digest = next((known for known in hashes if known in account.destination_hashes), hashes[0])
        return cls(SecretStr(plain), masked, digest, tuple(other for other in hashes if other != digest))

    def sealed(self, binding: Binding, sealer: Sealer) -> str:
        return sealer.seal("destination", self.plain.get_secret_value().encode(), binding)


def sent_code_challenge(
    asked: ProofRequest,
    claimant: Claimant,
    destination: PlainDestination,
    channel: Channel,
    deps: CanBuild,
    *,
    kind: ProofKind = "code",
) -> Challenge:
    """A code that is sent or read out, or (kind `call`) a key to be pressed."""
    policy = deps.terms(claimant.account)
    life = timedelta(minutes=policy.code_minutes)
    challenge = new_challenge(asked, claimant, kind, deps, life=life)
    terms = challenge.terms.model_copy(
        update={
            "code": CodeTerms(
                nonce=new_token(),
                destination_hash=destination.digest,
                other_hashes=destination.other_digests[:MOST_OTHER_HASHES] or None,
            )
        },
    )
    sealed = Destination(sealed=destination.sealed(binding_of(challenge), deps.sealer), masked=destination.masked)
    resend_at = challenge.delivery.requested_at + RESEND_AFTER[0]
    patience = Patience(arrival=policy.arrival_seconds, sending=policy.sending_seconds)
    more = {"terms": terms, "channel": channel, "destination": sealed, "resend_at": resend_at, "patience": patience}
    return challenge.model_copy(update=more)


def destination_of(method: Method, claimant: Claimant, deps: CanOpenDestinations) -> PlainDestination:
    """The number or address of a method on file."""
    if method.destination is None:
        raise UnknownMethodError
    plain = deps.sealer.open("destination", method.destination, claimant.binding(method.id)).decode()
    return PlainDestination.of(plain, method.display_name, claimant.account, deps)


def destination_of_challenge(challenge: Challenge, deps: HasSealer) -> PlainDestination:
    """Where the code of a challenge goes."""
    if challenge.destination is None or challenge.terms.code is None:
        raise ChallengeEndedError
    plain = deps.sealer.open("destination", challenge.destination.sealed, binding_of(challenge)).decode()
    digest, *others = challenge.terms.code.hashes
    return PlainDestination(SecretStr(plain), challenge.destination.masked, digest, tuple(others))


async def resend_code(principal: Principal, deps: CanSendAgain) -> None:
    """Send the message once more. Raises `resendTooSoon`, `sendLimitReached`, `codeExpired`, `challengeEnded`."""
    challenge = await current_challenge(principal, deps)
    if challenge is None:
        raise ChallengeEndedError
    await resend_of(challenge, deps, address=principal.address)


async def resend_of(
    challenge: Challenge, deps: CanSendAgain, channel: Channel | None = None, *, address: str | None = None
) -> None:
    """Send the message of a challenge once more, by another channel if one is named. It is counted only where it may be
    asked for, and was not before."""
    again = partial(transitions.resend, at=deps.clock.now(), asked_by=repeatable_id("resend"), channel=channel)
    asked = again(challenge)
    if asked.emissions:
        async with counted(asked.state, address, deps):
            await deps.challenges.change(challenge.id, again)


def _digits(challenge: Challenge) -> Digits:
    if challenge.terms.code is None:
        raise ChallengeEndedError
    return Digits(challenge.terms.code.digits)


PROOF = typed_digits(_digits)
