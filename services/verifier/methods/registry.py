"""Which kinds of proof there are."""

from collections.abc import Sequence

from schemas.base import Event
from schemas.verification import ProofKind
from services.kit.keyring import Keyring
from services.verifier.methods.base import Method, ProofUnreadableError
from services.verifier.methods.code import CodeMethod
from services.verifier.methods.push import PushMethod
from services.verifier.methods.totp import TotpMethod


class Methods:
    """Finds the method of a kind."""

    def __init__(self, methods: Sequence[Method]) -> None:
        self._by_kind = {method.kind: method for method in methods}

    @property
    def submissions(self) -> tuple[type[Event], ...]:
        """All events that carry a proof."""
        return tuple(dict.fromkeys(event for method in self._by_kind.values() for event in method.submissions))

    def of(self, kind: ProofKind) -> Method:
        """The method of `kind`.

        Raises:
            ProofUnreadableError: this version does not know it.
        """
        if kind not in self._by_kind:
            raise ProofUnreadableError("this kind of proof is not known here")
        return self._by_kind[kind]


def known_methods(keyring: Keyring) -> Methods:
    """All kinds that this service judges."""
    return Methods([CodeMethod(keyring), PushMethod(keyring), TotpMethod(keyring)])
