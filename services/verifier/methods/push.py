"""A device's signed answer to a request, with the number that the page shows (NIST SP 800-63B-4, 3.1.3.1)."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar

from pydantic import SecretStr

from schemas.base import Event
from schemas.verification import ChallengeTerms, ProofKind, PushApproved, PushDenied, PushTerms
from services.kit.crypto.device import SIGNED_FOR, Decision, DeviceAnswer, DeviceTokenError, read_answer
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer, equal
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential
from services.verifier.methods.base import (
    ProofUnreadableError,
    Submission,
    is_registration,
    open_submitted,
    proof_digest,
)
from services.verifier.methods.totp import new_secret

NOT_THE_DEVICE = Wrong("deviceSignatureInvalid")
DENIED = Wrong("pushDenied", ends="denied")
OTHER_NUMBER = Wrong("numberMismatch", ends="failed")


@dataclass(frozen=True)
class SignedAnswer:
    """An answer as a device signed it. `at` is when it came in, so that its way to here makes it no older."""

    token: SecretStr
    number: SecretStr
    decision: Decision
    push: PushTerms
    terms: ChallengeTerms
    tenant: str
    at: datetime
    keyring: Keyring

    @property
    def guesses(self) -> bool:
        """A denial proves nothing, and is heard even while the device cools down."""
        return self.decision == "approve"

    @property
    def digest(self) -> str:
        return proof_digest(self.keyring, self.terms, "push-answer", self.tenant, self.token.get_secret_value())

    async def examine(self, _: Credential | None) -> Judgement:
        """Verify signature, nonce, challenge and time here as well: nobody in between is believed."""
        try:
            answer = read_answer(self.token.get_secret_value(), self.push.public_key)
        except DeviceTokenError:
            return NOT_THE_DEVICE
        if not self._is_for_here(answer):
            return NOT_THE_DEVICE
        if answer.decision != "approve":
            return DENIED
        typed = answer.number.get_secret_value() if answer.number else ""
        return self._right() if equal(typed, self.number.get_secret_value()) else OTHER_NUMBER

    def _right(self) -> Right:
        """The app that is being registered can give one-time codes from now on as well."""
        totp = self.terms.totp
        return Right(binds=new_secret(totp) if totp and is_registration(self.terms) else None)

    def _is_for_here(self, answer: DeviceAnswer) -> bool:
        return (
            equal(answer.nonce, self.push.nonce)
            and answer.challenge_id == self.terms.challenge_id
            and answer.decision == self.decision
            and answer.iat - SIGNED_FOR <= self.at <= answer.exp + SIGNED_FOR
        )


class PushMethod:
    """Approvals in the authenticator app."""

    kind: ClassVar[ProofKind] = "pushApproval"
    submissions: ClassVar[tuple[type[Event], ...]] = (PushApproved, PushDenied)
    is_slow: ClassVar[bool] = False
    keeps: ClassVar[bool] = False

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)

    def identity(self, terms: ChallengeTerms) -> str:
        return _push_terms(terms).device_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> SignedAnswer:
        """Open the answer and the number, which are sealed for this challenge of this person."""
        terms = submission.terms
        push = _push_terms(terms)
        if not isinstance(submission, PushApproved | PushDenied):
            raise ProofUnreadableError("no signed answer was submitted")
        opened = partial(open_submitted, self._sealer, terms=terms, tenant=tenant, user=user)
        token, number = opened(submission.answer), opened(push.number)
        decision = _decision(submission)
        return SignedAnswer(token, number, decision, push, terms, tenant, submission.submitted_at, self._keyring)


def _push_terms(terms: ChallengeTerms) -> PushTerms:
    if terms.push is None:
        raise ProofUnreadableError("the terms lack their push part")
    return terms.push


def _decision(submission: PushApproved | PushDenied) -> Decision:
    if isinstance(submission, PushApproved):
        return "approve"
    return "report" if submission.reported else "deny"
