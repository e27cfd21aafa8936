"""Which kinds of proof there are."""

from collections.abc import Sequence
from typing import Literal

from schemas.base import Event
from schemas.verification import ProofKind
from services.kit.crypto.keyring import Keyring
from services.verifier.methods.access_pass import AccessPassMethod
from services.verifier.methods.base import Method, ProofUnreadableError, Submission, is_registration
from services.verifier.methods.call import CallMethod
from services.verifier.methods.code import CodeMethod
from services.verifier.methods.hotp import HotpMethod
from services.verifier.methods.passkey import PasskeyMethod
from services.verifier.methods.push import PushMethod
from services.verifier.methods.questions import QuestionsMethod
from services.verifier.methods.recovery import RecoveryMethod
from services.verifier.methods.slow_hash import SlowHash
from services.verifier.methods.totp import TotpMethod

Pace = Literal["quick", "slow", "kept"]
"""`slow` proofs take a slow hash or a few; what is `kept` takes one for each code or answer."""


class Methods:
    """Finds the method of a kind."""

    def __init__(self, methods: Sequence[Method]) -> None:
        self._by_kind = {method.kind: method for method in methods}

    @property
    def submissions(self) -> tuple[type[Event], ...]:
        return tuple(dict.fromkeys(event for method in self._by_kind.values() for event in method.submissions))

    def pace_of(self, event: Event) -> Pace:
        """How long it takes to deal with; what is not known here is refused at once."""
        if not isinstance(event, Submission):
            return "quick"
        method = self._by_kind.get(event.terms.kind)
        if method is None or not method.is_slow:
            return "quick"
        return "kept" if is_registration(event.terms) else "slow"

    def of(self, kind: ProofKind) -> Method:
        """The method of `kind`. Raises ProofUnreadableError: this version does not know it."""
        if kind not in self._by_kind:
            raise ProofUnreadableError("this kind of proof is not known here")
        return self._by_kind[kind]


def known_methods(keyring: Keyring, slow_hash: SlowHash | None = None) -> Methods:
    """All kinds that this service judges. They share one thread for slow hashes."""
    hashes = slow_hash or SlowHash()
    return Methods(
        [
            CodeMethod(keyring),
            CallMethod(keyring),
            PushMethod(keyring),
            TotpMethod(keyring),
            HotpMethod(keyring),
            QuestionsMethod(keyring, hashes),
            PasskeyMethod(keyring),
            RecoveryMethod(keyring, hashes),
            AccessPassMethod(keyring, hashes),
        ]
    )
