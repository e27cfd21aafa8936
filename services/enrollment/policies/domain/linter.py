"""The policy linter: what a tenant's policies cannot reach, whom they strand, and which clause they break.

Each rule is a function that yields findings; nothing here reads or decides anything else. The clauses are those of
NIST SP 800-63B-4 and of OWASP ASVS 5.0. A group that follows a profile must keep to its clauses: to break one is an
error. Under `entra` the same is a warning, so that an organisation knows what it does.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.base import Channel, MethodType
from services.enrollment.challenges.domain.eligibility import MOST_PROOFS, proofs_required
from services.enrollment.methods.registry.domain import MOST_SECURE_FIRST, WEAK
from services.enrollment.policies.domain.policy import is_allowed, is_covered, lacking, missing_methods, required_types
from services.enrollment.policies.domain.requirements import GroupPolicy, Profile, Requirement
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.policies.domain.uses import UseName, accepted, counts, proves, use_of
from services.enrollment.sessions.domain.steps import FIRST_STEP

Severity = Literal["error", "warning"]

LONGEST_CODE_MINUTES = 10
"""NIST SP 800-63B-4, 3.1.3.2, and OWASP ASVS 5.0, 6.5.5."""

MOST_TRIES = 10
"""More give whoever guesses too much."""

LONGEST_SESSION_MINUTES = 15
"""What a session of registration lives elsewhere."""

UNRESTRICTED: tuple[MethodType, ...] = ("passkey", "authenticatorApp", "softwareOath")
"""Alternatives to the phone that need no telephone network."""

DELIVERED_BY: dict[MethodType, frozenset[Channel]] = {
    "phone": frozenset({"sms", "voice"}),
    "email": frozenset({"email"}),
}
"""Types that need a provider, and through which channels: one of them is enough."""

FIELDS: dict[UseName, tuple[str, str]] = {
    "two_step": ("twoStep", "two-step verification"),
    "reset": ("reset", "password reset"),
}
"""How a use is called in a policy, and in a sentence."""

CLAUSES: dict[Profile, str] = {"nist-aal2": "NIST SP 800-63B-4", "asvs-l2": "OWASP ASVS 5.0"}


class Finding(BaseModel):
    """One thing that is wrong with a policy. `group` is None where it concerns the whole tenant.

    `clause` names the standard and section that the policy breaks.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    severity: Severity
    group: str | None = None
    clause: str | None = None
    text: str


def lint(tenant: Tenant, channels: Collection[Channel] | None = None) -> tuple[Finding, ...]:
    """All findings about a tenant's policies, errors first, in the order of its groups.

    `channels` are those with a provider; None where that is not known.
    """
    found = (*_code_life(tenant), *lint_groups(tenant.groups, channels))
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def lint_groups(groups: Mapping[str, GroupPolicy], channels: Collection[Channel] | None = None) -> tuple[Finding, ...]:
    """All findings about policies of groups, in their order."""
    return tuple(
        finding.model_copy(update={"group": name})
        for name, policy in groups.items()
        for finding in lint_group(policy, channels)
    )


def lint_group(policy: GroupPolicy, channels: Collection[Channel] | None = None) -> tuple[Finding, ...]:
    """All findings about one group's policy, without its name."""
    return (
        *_not_settable(policy),
        *_number(policy),
        *_unreachable_use(policy, "two_step"),
        *_unreachable_use(policy, "reset"),
        *_listed_in_vain(policy, "two_step"),
        *_listed_in_vain(policy, "reset"),
        *_reset_number(policy),
        *_undeliverable(policy, channels),
        *_nothing_asked(policy),
        *_no_proof(policy),
        *_passkey_only(policy),
        *_no_way_back(policy),
        *_security_questions(policy),
        *_email_as_factor(policy),
        *_telephony_only(policy),
        *_weak_reset(policy),
        *_no_spare_for_reset(policy),
        *_pass_needed(policy),
        *_terms(policy),
    )


def errors_of(findings: Collection[Finding]) -> tuple[Finding, ...]:
    """Those that forbid a policy to be used."""
    return tuple(finding for finding in findings if finding.severity == "error")


def offered_methods(policy: GroupPolicy) -> tuple[MethodType, ...]:
    """What people of the group can set up themselves, most secure first: allowed or required."""
    return tuple(kind for kind in MOST_SECURE_FIRST if is_allowed(policy, kind) and kind in FIRST_STEP)


def can_be_complete_with(policy: GroupPolicy, kinds: Collection[MethodType]) -> bool:
    """Whether somebody who sets up no other types than these can have all that the group asks for."""
    return lacking(policy, set(kinds) & {*offered_methods(policy)}) == 0


def _code_life(tenant: Tenant) -> Iterator[Finding]:
    yield from _long_lived(tenant.code_minutes)


def _long_lived(minutes: int | None) -> Iterator[Finding]:
    if minutes is not None and minutes > LONGEST_CODE_MINUTES:
        yield Finding(
            code="codeLivesTooLong",
            severity="error",
            clause="NIST SP 800-63B-4, 3.1.3.2; OWASP ASVS 5.0, 6.5.5",
            text=f"Codes live {minutes} minutes. Let them live {LONGEST_CODE_MINUTES} at most.",
        )


def _not_settable(policy: GroupPolicy) -> Iterator[Finding]:
    for kind in sorted(required_types(policy)):
        if kind not in FIRST_STEP:
            yield Finding(
                code="requiredNotSettable",
                severity="error",
                text=f"{kind} is required, but is handed out: nobody can set it up. Take it off `required`.",
            )


def _number(policy: GroupPolicy) -> Iterator[Finding]:
    offered, number = offered_methods(policy), policy.number or 0
    if number > len(offered):
        yield Finding(
            code="numberUnreachable",
            severity="error",
            text=f"{number} types are asked for and only {len(offered)} can be set up. Allow more, or ask for fewer.",
        )
    elif number and number <= len(set(policy.required) & FIRST_STEP.keys()):
        yield Finding(
            code="numberWithoutEffect",
            severity="warning",
            text=f"The number {number} has no effect: the types that are required reach it already.",
        )


def _counted(policy: GroupPolicy, use: UseName) -> tuple[MethodType, ...]:
    """What people can set up that counts for a use."""
    return tuple(kind for kind in offered_methods(policy) if counts(policy, use, kind))


def _unreachable_use(policy: GroupPolicy, use: UseName) -> Iterator[Finding]:
    asked, counted = use_of(policy, use), _counted(policy, use)
    name, purpose = FIELDS[use]
    short = [kind for kind in asked.required if not is_covered(policy, kind, counted)]
    said = f"{_listed(short)} can never count for it" if short else ""
    if (asked.number or 0) > len(counted):
        said = f"{asked.number} types are asked for and only {len(counted)} can be set up that count"
    if said:
        yield Finding(
            code=f"{name}Unreachable",
            severity="error",
            text=f"Nobody can have what {purpose} asks for: {said}. Allow more for {name}, or ask for less.",
        )


def _listed_in_vain(policy: GroupPolicy, use: UseName) -> Iterator[Finding]:
    name, purpose = FIELDS[use]
    for kind in use_of(policy, use).methods:
        if kind not in accepted(use, policy.profile):
            yield Finding(
                code="neverCounts",
                severity="warning",
                text=f"{kind} is listed for {purpose}, and never counts for it under {policy.profile}.",
            )
        elif kind in FIRST_STEP and not is_allowed(policy, kind):
            yield Finding(
                code="countsButNotAllowed",
                severity="warning",
                text=f"{kind} counts for {purpose}, but nobody may set it up. Allow it, or take it off {name}.methods.",
            )


def _reset_number(policy: GroupPolicy) -> Iterator[Finding]:
    number = use_of(policy, "reset").number or 0
    if number > MOST_PROOFS:
        yield Finding(
            code="resetNumberTooHigh",
            severity="error",
            text=f"Password reset asks for {number} methods, and for {MOST_PROOFS} at most it can. Ask for fewer, and "
            "let `number` of the group say how many there must be in all.",
        )


def _undeliverable(policy: GroupPolicy, channels: Collection[Channel] | None) -> Iterator[Finding]:
    if channels is None:
        return
    offered = offered_methods(policy)
    silent = [kind for kind in offered if kind in DELIVERED_BY and DELIVERED_BY[kind].isdisjoint(channels)]
    needed = not can_be_complete_with(policy, [kind for kind in offered if kind not in silent])
    for kind in silent:
        yield Finding(
            code="noProvider",
            severity="error" if needed else "warning",
            text=f"{kind} is {'needed' if needed else 'offered'}, but no provider is configured for "
            f"{' or '.join(sorted(DELIVERED_BY[kind]))}: no code would arrive.",
        )


def _nothing_asked(policy: GroupPolicy) -> Iterator[Finding]:
    if not lacking(policy, ()):
        yield Finding(
            code="nothingAsked",
            severity="warning",
            text="Nothing is required: people sign in with a password alone until they add a method themselves.",
        )


def _no_proof(policy: GroupPolicy) -> Iterator[Finding]:
    asks = lacking(policy, ()) > 0
    weak = [kind for kind in offered_methods(policy) if kind in WEAK]
    if not asks or not weak or not can_be_complete_with(policy, weak):
        return
    if policy.profile == "entra":
        yield Finding(
            code="recoveryOnly",
            severity="warning",
            text=f"People can be complete with {_listed(weak)} alone, which only recovers an account. "
            "Require a method for two-step verification.",
        )
    else:
        yield Finding(
            code="nothingProves",
            severity="error",
            text=f"People can be complete with {_listed(weak)} alone, which proves nothing under {policy.profile}: "
            "they could not sign in. Require a method that proves the person.",
        )


def _passkey_only(policy: GroupPolicy) -> Iterator[Finding]:
    others = [kind for kind in offered_methods(policy) if kind != "passkey"]
    is_possible = can_be_complete_with(policy, offered_methods(policy))
    is_forced = not policy.may_choose_different and "passkey" in missing_methods(policy, ())
    if is_possible and (is_forced or not can_be_complete_with(policy, others)):
        yield Finding(
            code="passkeyUnavoidable",
            severity="warning",
            text="Nobody can be complete without a passkey: this strands whoever uses a browser or a device that has "
            "none. Allow another way, or give those people a group of their own.",
        )


def _no_way_back(policy: GroupPolicy) -> Iterator[Finding]:
    proofs = [kind for kind in offered_methods(policy) if proves(policy, kind)]
    if len(proofs) == 1:
        yield Finding(
            code="noWayBack",
            severity="warning",
            text=f"Only {proofs[0]} proves the person. Whoever loses it is stranded until they are given a Temporary "
            "Access Pass. Allow another method to recover with.",
        )


def _security_questions(policy: GroupPolicy) -> Iterator[Finding]:
    if "securityQuestions" in offered_methods(policy):
        text = "Security questions are offered; no answer is a secret. Take them off the list."
        yield from _broken("nist-aal2", "3.1.1.2", "securityQuestions", text, policy)
        yield from _broken("asvs-l2", "6.4.2", "securityQuestions", text, policy)


def _email_as_factor(policy: GroupPolicy) -> Iterator[Finding]:
    offered = offered_methods(policy)
    if "email" not in offered:
        return
    counts = "email" in policy.required or (policy.number or 0) > len(set(policy.required) & FIRST_STEP.keys())
    if counts:
        text = "An email address counts as one of the methods that are asked for, and is no out-of-band factor."
        yield from _broken("nist-aal2", "3.1.3.1", "emailAsFactor", text, policy)
    if policy.profile != "entra":
        yield Finding(
            code="emailProvesNothing",
            severity="warning",
            text=f"Email can be registered, and is never accepted as a proof under {policy.profile}.",
        )


def _telephony_only(policy: GroupPolicy) -> Iterator[Finding]:
    offered = offered_methods(policy)
    if "phone" in offered and not any(kind in offered for kind in UNRESTRICTED):
        text = "The phone is restricted, and no alternative is offered. Allow an authenticator app or a passkey."
        yield from _broken("nist-aal2", "3.1.3.3 and 3.2.9", "telephonyOnly", text, policy)


def _weak_reset(policy: GroupPolicy) -> Iterator[Finding]:
    weaker = [kind for kind in _counted(policy, "reset") if not counts(policy, "two_step", kind)]
    if policy.reset is not None and weaker and proofs_required(policy, "passwordReset") == 1:
        text = (
            f"{_listed(weaker)} alone can reset a password, and is no second factor: it goes around two-step "
            "verification. Ask for 2 methods, or take it off reset.methods."
        )
        yield from _broken("asvs-l2", "6.4.3", "weakReset", text, policy)


def _no_spare_for_reset(policy: GroupPolicy) -> Iterator[Finding]:
    asked, counted = use_of(policy, "reset"), _counted(policy, "reset")
    if (
        lacking(policy, ())
        and (asked.number or asked.required)
        and len(counted) == proofs_required(policy, "passwordReset")
    ):
        yield Finding(
            code="noSpareForReset",
            severity="warning",
            text=f"Only {_listed(counted)} can be set up that count for password reset. Whoever loses one and forgets "
            "the password is stranded until they are given a Temporary Access Pass. Let another one count.",
        )


def _pass_needed(policy: GroupPolicy) -> Iterator[Finding]:
    if policy.registration_proof == "temporaryAccessPass":
        yield Finding(
            code="passNeeded",
            severity="warning",
            text="Whoever has no method yet is stranded until they are given a Temporary Access Pass. Give everybody "
            "one before their first sign-in.",
        )


def _terms(policy: GroupPolicy) -> Iterator[Finding]:
    yield from _long_lived(policy.code_minutes)
    terms, usual = policy.terms(), Requirement(profile=policy.profile).terms()
    if terms.voice == "key" and policy.profile == "nist-aal2":
        text = "A call is answered with a key, which is approve or deny and nothing more. Let it read a code out."
        yield from _broken("nist-aal2", "3.1.3.1", "keyConfirmsCall", text, policy)
    if terms.number_digits < usual.number_digits:
        yield _warning(
            "shortNumber",
            f"Requests are approved with {terms.number_digits} digits, and under {policy.profile} usually with "
            f"{usual.number_digits}: fewer are guessed more often.",
        )
    if terms.tries > MOST_TRIES:
        yield _warning("manyTries", f"{terms.tries} tries help whoever guesses. Allow {MOST_TRIES} at most.")
    if terms.session_minutes > LONGEST_SESSION_MINUTES:
        yield _warning(
            "longSession",
            f"A session lives {terms.session_minutes} minutes without an act, in a browser that somebody else may find "
            f"open. Let it live {LONGEST_SESSION_MINUTES} at most.",
        )


def _warning(code: str, text: str) -> Finding:
    return Finding(code=code, severity="warning", text=text)


def _broken(profile: Profile, section: str, code: str, text: str, policy: GroupPolicy) -> Iterator[Finding]:
    """A clause of a profile: an error where a group follows the profile, a warning where it follows none."""
    if policy.profile in {profile, "entra"}:
        severity: Severity = "error" if policy.profile == profile else "warning"
        yield Finding(code=code, severity=severity, clause=f"{CLAUSES[profile]}, {section}", text=text)


def _listed(kinds: Collection[MethodType]) -> str:
    return " and ".join(kinds)
