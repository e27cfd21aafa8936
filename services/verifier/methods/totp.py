"""A code that an app or a token shows for a while (RFC 6238; NIST SP 800-63B-4, 3.1.4.2)."""

from dataclasses import dataclass
from typing import ClassVar

from schemas.base import Event
from schemas.verification import ChallengeTerms, CodeSubmitted, ProofKind, TotpTerms
from services.kit.crypto.codes import totp_step
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential, kept_of
from services.verifier.methods.base import ProofUnreadableError, Submission, is_registration, proof_digest
from services.verifier.methods.hotp import OathCodes, OathSecret, read_codes

DRIFT = 1
"""Time steps after its own in which a code is still taken, while it is read and typed (RFC 6238, section 5.2). Of a
clock that nobody sets, which may be ahead as well as behind, also before its own."""
FURTHEST_DRIFT = 3600
"""Seconds before and after where two codes in a row are given: what a bad quartz loses in some years."""
FOLLOWED = 0.25
"""How much of what is seen of a clock's offset is believed at once: a person who types slowly is no drift."""


class TotpSecret(OathSecret):
    """What the app or the token and we share. `drift` is how far its clock is ahead of ours, in time steps; it is
    followed where nobody sets that clock."""

    kind: ClassVar[ProofKind] = "totp"

    period: int = 30
    clock_drifts: bool = False
    drift: float = 0.0


@dataclass(frozen=True)
class ShownCode(OathCodes):
    """A code that was shown. `new` is the secret that is being registered; later the stored one counts, whatever the
    terms say."""

    new: TotpSecret | None

    @property
    def digest(self) -> str:
        """The same for the same code in the same half minute: later it may be right."""
        typed, step = self.typed.get_secret_value(), str(totp_step(self.at))
        return proof_digest(self.keyring, self.terms, "shown-code", self.tenant, typed, step)

    async def examine(self, credential: Credential | None) -> Judgement:
        """Compare with the codes around the time, all of them; the time step found is good only once."""
        kept = self.new or kept_of(credential, TotpSecret)
        if kept is None or (self._is_run and not kept.clock_drifts):
            return Wrong()
        now = totp_step(self.at, kept.period)
        found = self.found(kept, self._window(kept, now + round(kept.drift)))
        if not found:
            return Wrong()
        moved = self._moved(kept, max(found) - now)
        if self.new:
            return Right(position=max(found), binds=moved)
        return Right(position=max(found), moves=moved if kept.clock_drifts else None)

    @property
    def _is_run(self) -> bool:
        return len(self.run) > 1

    @property
    def _late(self) -> int:
        """How many time steps after its own a code is taken; of a clock that nobody sets always some."""
        totp = self.terms.totp
        return DRIFT if totp is None or totp.accepts_previous or totp.clock_drifts else 0

    def _window(self, kept: TotpSecret, centre: int) -> range:
        behind = FURTHEST_DRIFT // kept.period if self._is_run else self._late
        ahead = behind if kept.clock_drifts else 0
        return range(centre - behind, centre + ahead + 1)

    def _moved(self, kept: TotpSecret, seen: int) -> TotpSecret:
        """Two codes in a row say where the clock is; one of them hints at it (RFC 6238, section 6)."""
        if not kept.clock_drifts:
            return kept
        drift = seen if self._is_run else kept.drift + (seen - kept.drift) * FOLLOWED
        return kept.model_copy(update={"drift": float(drift)})


class TotpMethod:
    """One-time codes of an app, or of a token with a clock."""

    kind: ClassVar[ProofKind] = "totp"
    submissions: ClassVar[tuple[type[Event], ...]] = (CodeSubmitted,)
    is_slow: ClassVar[bool] = False
    keeps: ClassVar[bool] = True

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)

    def identity(self, terms: ChallengeTerms) -> str:
        """The method, which has one secret for its whole life."""
        _totp_terms(terms)
        return terms.method_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> ShownCode:
        """Open the code, which is sealed for this challenge, and see that a new secret opens, sealed for the method."""
        terms, part = submission.terms, _totp_terms(submission.terms)
        new = _required_secret(part) if is_registration(terms) else None
        typed, opened = read_codes(self._sealer, submission, new, tenant=tenant, user=user)
        return ShownCode(typed, opened, terms, tenant, submission.submitted_at, self._keyring, new)


def new_secret(terms: TotpTerms) -> TotpSecret | None:
    """What a registration brings; None where it brings no secret."""
    if terms.secret is None:
        return None
    return TotpSecret(
        secret=terms.secret,
        algorithm=terms.algorithm,
        digits=terms.digits,
        period=terms.period,
        clock_drifts=terms.clock_drifts,
    )


def _required_secret(terms: TotpTerms) -> TotpSecret:
    new = new_secret(terms)
    if new is None:
        raise ProofUnreadableError("a registration lacks its secret")
    return new


def _totp_terms(terms: ChallengeTerms) -> TotpTerms:
    if terms.totp is None:
        raise ProofUnreadableError("the terms lack their part about codes of an app")
    return terms.totp
