"""Failures in a row of one authenticator, over all challenges and registrations.

```mermaid
stateDiagram-v2
    [*] --> open
    open --> open: fewer than 10 failures, or a success
    open --> coolingDown: 10th failure, 1 min
    coolingDown --> open: the cooldown is over
    open --> coolingDown: each further failure, twice as long, 24 h at most
    coolingDown --> open: the try behind it was right
    open --> disabled: 100th failure (never by password reset)
    coolingDown --> disabled: 100th failure (never by password reset)
```

NIST SP 800-63B-4, 3.2.2: at most 100 consecutive failures, then it must be bound anew. A try counts as a failure before
it is compared; a success takes all of them back.
"""

from datetime import datetime, timedelta

from schemas.topics import VERDICTS
from schemas.verification import AuthenticatorDisabled, ChallengeTerms
from services.kit.decision import Change, Emission
from services.kit.state import State
from services.verifier.domain.base import Refusal, seconds_until

COOLDOWN_AT = 10
DISABLE_AT = 100
FIRST_COOLDOWN = timedelta(minutes=1)
LONGEST_COOLDOWN = timedelta(hours=24)
REMEMBERED_TRIALS = 32
NOT_ADMITTED_BY = frozenset({"position", "positionOf"})
"""What is stored of an authenticator and means nothing to `admit`."""


class Authenticator(State):
    """`failures` in a row; `trials` are those behind the newest of them, so that none counts twice.

    `for_reset` counts what fails in password reset: apart from all else, and only to cool down. `position` is the
    highest that a right proof had, and `position_of` the trial that it belongs to.
    """

    tenant: str
    user: str
    for_reset: bool = False
    failures: int = 0
    trials: tuple[str, ...] = ()
    paused_until: datetime | None = None
    disabled_at: datetime | None = None
    position: int | None = None
    position_of: str | None = None


def authenticator_id(terms: ChallengeTerms, identity: str, *, tenant: str, user: str) -> str:
    """The id of the document: a new challenge or a new registration of the same `identity` finds the same counter."""
    purpose = "reset" if terms.purpose == "passwordReset" else "use"
    return f"{tenant}/{user}/{purpose}/{terms.kind}/{identity}"


def sequence_id(terms: ChallengeTerms, identity: str, *, tenant: str, user: str) -> str:
    return f"{tenant}/{user}/use/{terms.kind}/{identity}"


def unused(terms: ChallengeTerms, *, tenant: str, user: str) -> Authenticator:
    return Authenticator(tenant=tenant, user=user, for_reset=terms.purpose == "passwordReset")


def unspent(*, tenant: str, user: str) -> Authenticator:
    return Authenticator(tenant=tenant, user=user)


def admit(authenticator: Authenticator, terms: ChallengeTerms, trial: str, *, at: datetime) -> Change[Authenticator]:
    """Count the trial as a failure before it is compared, or leave it out; `refusal` tells which."""
    if trial in authenticator.trials or _is_shut(authenticator, at):
        return Change(authenticator)
    if authenticator.failures >= DISABLE_AT and not authenticator.for_reset:
        return _disabled(authenticator, terms, at)
    failures = authenticator.failures + 1
    waits = _cooldown_after(failures)
    raised = {
        "failures": failures,
        "trials": (*authenticator.trials, trial)[-REMEMBERED_TRIALS:],
        "paused_until": at + waits if waits else None,
    }
    return Change(authenticator.model_copy(update=raised))


def refusal(authenticator: Authenticator, trial: str, *, at: datetime) -> Refusal | None:
    """Why the trial may not be compared, after `admit`; None where it was counted."""
    if authenticator.disabled_at:
        return Refusal("authenticatorDisabled")
    return None if trial in authenticator.trials else cooldown(authenticator, at=at)


def cooldown(authenticator: Authenticator, *, at: datetime) -> Refusal | None:
    if authenticator.paused_until is None or at >= authenticator.paused_until:
        return None
    return Refusal("methodCoolingDown", seconds_until(authenticator.paused_until, at))


def penalty(authenticator: Authenticator, *, at: datetime) -> Refusal | None:
    return Refusal("authenticatorDisabled") if authenticator.disabled_at else cooldown(authenticator, at=at)


def fail(authenticator: Authenticator, terms: ChallengeTerms, *, at: datetime) -> Change[Authenticator]:
    """The trial was wrong. It is counted already; too many disable the authenticator, and say so once."""
    if authenticator.failures < DISABLE_AT or authenticator.for_reset or authenticator.disabled_at:
        return Change(authenticator)
    return _disabled(authenticator, terms, at)


def has_counted(authenticator: Authenticator, trial: str) -> bool:
    """Whether the trial stands among the failures, as each does until it is known to be right."""
    return trial in authenticator.trials


def succeed(authenticator: Authenticator, trial: str) -> Change[Authenticator]:
    """The trial was right: all failures in a row are taken back. Told again after newer failures, nothing changes."""
    if not has_counted(authenticator, trial) or authenticator.disabled_at:
        return Change(authenticator)
    return Change(authenticator.model_copy(update={"failures": 0, "trials": (), "paused_until": None}))


def spend(authenticator: Authenticator, position: int, trial: str) -> Change[Authenticator]:
    """Use up a position of a right proof, and all below it. A time step is good once (RFC 6238, section 5.2). The
    signature count of a passkey must rise, except that one which does not count stays at 0 (WebAuthn Level 3, section
    6.1.1)."""
    last = authenticator.position or 0
    if position <= last and max(position, last) > 0:
        return Change(authenticator)
    return Change(authenticator.model_copy(update={"position": position, "position_of": trial}))


def has_spent(authenticator: Authenticator, position: int, trial: str) -> bool:
    """Whether the position belongs to this trial, after `spend`; also when it was asked before a crash."""
    return (authenticator.position, authenticator.position_of) == (position, trial)


def _is_shut(authenticator: Authenticator, at: datetime) -> bool:
    return authenticator.disabled_at is not None or cooldown(authenticator, at=at) is not None


def _cooldown_after(failures: int) -> timedelta | None:
    if failures < COOLDOWN_AT:
        return None
    doublings = min(failures - COOLDOWN_AT, 16)
    return min(FIRST_COOLDOWN * (1 << doublings), LONGEST_COOLDOWN)


def _disabled(authenticator: Authenticator, terms: ChallengeTerms, at: datetime) -> Change[Authenticator]:
    event = AuthenticatorDisabled(
        challenge_id=terms.challenge_id, method_id=terms.method_id, method_type=terms.method_type, disabled_at=at
    )
    disabled = Emission(
        topic=VERDICTS,
        event=event,
        tenant=authenticator.tenant,
        user=authenticator.user,
        correlation_id=terms.challenge_id,
    )
    return Change(authenticator.model_copy(update={"disabled_at": at}), (disabled,))
