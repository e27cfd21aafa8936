"""Which of a person's methods prove that the person is there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from schemas.base import MethodType, Purpose
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.base.domain import Strength
from services.enrollment.methods.registry.domain import PROOFS, PROVEN_FIRST, STRONG, TRAITS
from services.enrollment.policies.domain.acceptance import counts, proves, use_of
from services.enrollment.policies.domain.requirements import GroupPolicy

MOST_PROOFS = 2
"""How many methods a password reset asks for at most."""

ACR: Mapping[Strength, str] = {
    "phishingResistant": "phr",
    "possession": "urn:security-info:acr:possession",
    "recovery": "urn:security-info:acr:recovery",
}
"""What a proof is worth, the best first. `phr` is "phishing-resistant" (OpenID EAP ACR Values 1.0, section 2);
possession is a second factor beside a password."""


def methods_to_prove(account: Account, policy: GroupPolicy, now: datetime) -> tuple[Method, ...]:
    """What the person can prove now, best first: a pass, the default method, then the others as the policy orders them.
    Those that count for two-step verification. Whoever has none of these proves what they have: a policy that changed
    never lets anybody in with less than before."""
    usable = [method for method in account.methods if method.is_usable(now) and proves(policy, method.type)]
    strong = [method for method in usable if method.type in STRONG]
    counted = [method for method in strong if counts(policy, "two_step", method.type)]
    return _ranked(counted or strong or usable, policy, account.default_method_id)


def provable_for(account: Account, policy: GroupPolicy, purpose: Purpose, now: datetime) -> tuple[Method, ...]:
    """What a platform can ask for: to reset a password, only what counts for that, else as in `methods_to_prove`."""
    if purpose != "passwordReset":
        return methods_to_prove(account, policy, now)
    usable = [method for method in account.methods if method.is_usable(now) and counts(policy, "reset", method.type)]
    return _ranked(usable, policy, account.default_method_id)


def proofs_required(policy: GroupPolicy, purpose: Purpose) -> int:
    return min(use_of(policy, "reset").number or 1, MOST_PROOFS) if purpose == "passwordReset" else 1


def left_to_prove(
    account: Account, policy: GroupPolicy, purpose: Purpose, proven: Collection[MethodType], now: datetime
) -> tuple[Method, ...]:
    """What a platform can still ask for after some types were proven: of each type once."""
    return tuple(method for method in provable_for(account, policy, purpose, now) if method.type not in proven)


def proof_means(proven: Sequence[Challenge]) -> tuple[str, ...]:
    """How the person proved it: the values of `amr` (RFC 8176, section 2), with `mfa` for more than one method."""
    means = [value for challenge in proven for value in _means_of(challenge)]
    return tuple(dict.fromkeys([*means, *(["mfa"] if len(proven) > 1 else [])]))


def _means_of(challenge: Challenge) -> tuple[str, ...]:
    proof = PROOFS[challenge.terms.kind]
    by_channel = proof.amr_by_channel.get(challenge.channel)
    return (*proof.amr, by_channel) if by_channel else proof.amr


def proof_class(proven: Sequence[Challenge]) -> str:
    """What the proof is worth, by the best of its methods: the value of `acr`."""
    strengths = {TRAITS[challenge.method_type].strength for challenge in proven}
    return next(ACR[strength] for strength in ACR if strength in strengths)


def must_prove(account: Account, policy: GroupPolicy, now: datetime) -> bool:
    """Whether the person has something to prove before they manage or register methods: one of their own, one that was
    withdrawn, or with nothing on file what the policy asks for then."""
    if policy.registration_proof != "nothing" or methods_to_prove(account, policy, now):
        return True
    return is_locked_out(account, policy, now)


def needs_platform_proof(account: Account, policy: GroupPolicy, now: datetime) -> bool:
    """Whether only a second factor that the platform checked lets the person register: there is nothing on file."""
    is_new = not methods_to_prove(account, policy, now) and not is_locked_out(account, policy, now)
    return policy.registration_proof == "stepUp" and is_new


def is_locked_out(account: Account, policy: GroupPolicy, now: datetime) -> bool:
    """Whether the person had something to prove and none of it can be used now, or counts for anything under the policy
    that holds now: then nobody may go on as this person with nothing but a password. A pass, or an administrator who
    restores a method, opens the way again."""
    had = any(not TRAITS[method.type].is_handed_out or method.state != "active" for method in account.methods)
    return had and not methods_to_prove(account, policy, now)


def _ranked(methods: Sequence[Method], policy: GroupPolicy, default: str | None) -> tuple[Method, ...]:
    order = (*policy.order, *PROVEN_FIRST)

    def rank(method: Method) -> tuple[bool, bool, int]:
        return (not TRAITS[method.type].is_handed_out, method.id != default, order.index(method.type))

    return tuple(sorted(methods, key=rank))
