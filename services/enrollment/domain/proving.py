"""Which of a person's methods prove that the person is there."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from schemas.base import MethodType, Purpose
from services.enrollment.domain.account import Account, Method
from services.enrollment.domain.challenge import Challenge
from services.kit.config import GroupPolicy

PROVEN_FOR = timedelta(minutes=15)
"""How long a proof lets a person manage their methods."""

PROVEN_FOR_PASSKEY = timedelta(minutes=5)
"""The same for adding a passkey."""

STRONG: tuple[MethodType, ...] = (
    "temporaryAccessPass",
    "passkey",
    "authenticatorApp",
    "softwareOath",
    "phone",
    "recoveryCodes",
)
"""The order in which they are preferred. A pass comes first: who was given one has nothing else at hand."""

WEAK: tuple[MethodType, ...] = ("email", "securityQuestions")
"""What only recovers an account (NIST SP 800-63B-4, 3.1.3.1 and 3.1.1.2): it proves the person only where there is
nothing stronger, and under the profile `entra`."""

POSSESSION = "urn:security-info:acr:possession"
"""Something that the person has; beside a password it is a second factor."""

RECOVERY = "urn:security-info:acr:recovery"
"""What only recovers an account."""


def methods_to_prove(account: Account, policy: GroupPolicy, now: datetime) -> tuple[Method, ...]:
    """What the person can prove now, best first: a pass, the default method, then the others by strength."""
    usable = [method for method in account.methods if method.is_usable(now)]
    strong = _ranked(usable, STRONG, account.default_method_id)
    weak = _ranked(usable, WEAK, account.default_method_id) if policy.profile == "entra" else ()
    return strong or weak


def provable_for(account: Account, policy: GroupPolicy, purpose: Purpose, now: datetime) -> tuple[Method, ...]:
    """What a platform can ask for: to reset a password, what only recovers an account as well."""
    usable = [method for method in account.methods if method.is_usable(now)]
    if purpose == "passwordReset" and policy.profile == "entra":
        return _ranked(usable, (*STRONG, *WEAK), account.default_method_id)
    return methods_to_prove(account, policy, now)


def left_to_prove(
    account: Account, policy: GroupPolicy, purpose: Purpose, proven: Collection[MethodType], now: datetime
) -> tuple[Method, ...]:
    """What a platform can still ask for after some types were proven: of each type once."""
    return tuple(one for one in provable_for(account, policy, purpose, now) if one.type not in proven)


def proofs_required(policy: GroupPolicy, purpose: Purpose) -> int:
    """By how many methods of different types a purpose is proven."""
    return 1


def proof_means(proven: Sequence[Challenge]) -> tuple[str, ...]:
    """How the person proved it: the values of `amr` (RFC 8176, section 2), with `mfa` for more than one method."""
    means = [value for challenge in proven for value in _means_of(challenge)]
    return tuple(dict.fromkeys([*means, *(["mfa"] if len(proven) > 1 else [])]))


def _means_of(challenge: Challenge) -> tuple[str, ...]:
    match challenge.terms.kind:
        case "pushApproval":
            return ("pop", "swk")
        case "passkey":
            return ("pop", "user")
        case "securityQuestions":
            return ("kba",)
        case "call":
            return ("tel",)
        case "code":
            return ("otp", *{"sms": ["sms"], "voice": ["tel"]}.get(challenge.channel, []))
    return ("otp",)


def proof_class(proven: Sequence[Challenge]) -> str:
    """What the proof is worth, by the best of its methods: the value of `acr`. `phr` is "phishing-resistant" (OpenID
    EAP ACR Values 1.0, section 2)."""
    kinds = {challenge.method_type for challenge in proven}
    if "passkey" in kinds:
        return "phr"
    return RECOVERY if kinds <= set(WEAK) else POSSESSION


def is_locked_out(account: Account, policy: GroupPolicy, now: datetime) -> bool:
    """Whether the person had something to prove and none of it can be used now: then nobody may go on as this person
    with nothing but a password. A pass, or an administrator who restores a method, opens the way again."""
    withdrawn = any(method.state != "active" for method in account.methods)
    return withdrawn and not methods_to_prove(account, policy, now)


def _ranked(methods: Sequence[Method], order: Sequence[MethodType], default: str | None) -> tuple[Method, ...]:
    def rank(method: Method) -> tuple[bool, bool, int]:
        return (method.type != "temporaryAccessPass", method.id != default, order.index(method.type))

    return tuple(sorted((one for one in methods if one.type in order), key=rank))
