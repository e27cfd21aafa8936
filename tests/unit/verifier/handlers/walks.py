"""Each kind of proof: how it is registered, proven, and guessed at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from schemas.base import Purpose
from schemas.verification import ChallengeTerms, HotpTerms, MethodVerified, ProofKind, TotpTerms
from services.kit.crypto.codes import hotp_code, totp_code
from services.verifier.methods.base import Submission
from tests.support.builders.app_proofs import SECRET
from tests.support.builders.challenges import submitted
from tests.support.builders.method_proofs import (
    ANSWERS,
    CODES,
    SIGNED,
    THE_PASS,
    answers_submitted,
    asked_for,
    credential_submitted,
    pass_part,
    passkey,
    passkey_part,
    questions_part,
    token_with_button,
    totp_part,
)
from tests.support.in_memory.judging import Court, outcome

MINUTE = timedelta(minutes=1)
Submit = Callable[..., Submission]


@dataclass(frozen=True)
class Walk:
    """How one kind is registered, proven, and guessed at."""

    kind: ProofKind
    registration: Mapping[str, Any]
    proof: Mapping[str, Any]
    register: Submit
    prove: Submit
    guess: Callable[[ChallengeTerms, int, datetime], Submission]

    def asked(self, challenge_id: str, at: datetime, *, purpose: Purpose = "signIn") -> ChallengeTerms:
        """A challenge of this kind."""
        parts = self.registration if purpose == "registration" else self.proof
        return asked_for(self.kind, challenge_id, purpose=purpose, created_at=at, **parts)


def walks() -> dict[str, Walk]:
    """One for each kind with a credential; a passkey of its own for each call."""
    key = passkey()
    return {
        walk.kind: walk
        for walk in (
            Walk(
                "totp",
                {"totp": totp_part(SECRET)},
                {"totp": TotpTerms()},
                lambda of, at: submitted(of, totp_code(SECRET, at), at=at),
                lambda of, at: submitted(of, totp_code(SECRET, at), at=at),
                lambda of, number, at: submitted(of, f"{number:06}", at=at),
            ),
            Walk(
                "hotp",
                {"hotp": token_with_button(SECRET)},
                {"hotp": HotpTerms()},
                lambda of, at: submitted(of, hotp_code(SECRET, 0), at=at),
                lambda of, at: submitted(of, hotp_code(SECRET, 5), at=at),
                lambda of, number, at: submitted(of, f"{number:06}", at=at),
            ),
            Walk(
                "securityQuestions",
                {"questions": questions_part()},
                {"questions": questions_part("pet", "street")},
                lambda of, at: answers_submitted(of, ANSWERS, at=at),
                lambda of, at: answers_submitted(of, ANSWERS, at=at),
                lambda of, number, at: answers_submitted(of, ANSWERS | {"pet": f"dog {number}"}, at=at),
            ),
            Walk(
                "passkey",
                {"passkey": passkey_part()},
                {"passkey": passkey_part()},
                lambda of, at: credential_submitted(of, key.create(SIGNED), at=at),
                lambda of, at: credential_submitted(of, key.get(SIGNED), at=at),
                lambda of, _, at: credential_submitted(of, passkey().get(SIGNED), at=at),
            ),
            Walk(
                "recoveryCode",
                {},
                {},
                lambda of, at: submitted(of, "\n".join(CODES), at=at),
                lambda of, at: submitted(of, CODES[0], at=at),
                lambda of, number, at: submitted(of, f"{number:016}", at=at),
            ),
            Walk(
                "temporaryAccessPass",
                {"access_pass": pass_part(once=False)},
                {},
                lambda of, at: submitted(of, THE_PASS, at=at),
                lambda of, at: submitted(of, THE_PASS, at=at),
                lambda of, number, at: submitted(of, f"{THE_PASS}{number}", at=at),
            ),
        )
    }


KINDS = [*walks()]
GUESSABLE = tuple(kind for kind in KINDS if kind != "passkey")


async def registered(walk: Walk, court: Court) -> MethodVerified:
    """The method, set up in the first minute."""
    of = walk.asked("registration", court.clock.now(), purpose="registration")
    verdict = await court.judge(walk.register(of, court.clock.now()))
    assert isinstance(verdict, MethodVerified)
    court.clock.advance(MINUTE)
    return verdict


async def proven(walk: Walk, court: Court, challenge_id: str = "proof") -> str:
    """What comes of a right proof now."""
    now = court.clock.now()
    return outcome(await court.judge(walk.prove(walk.asked(challenge_id, now), now)))
