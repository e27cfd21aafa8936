"""Which clauses of the standards a choice of methods breaks."""

from collections.abc import Iterator

from services.enrollment.challenges.domain.eligibility import proofs_required
from services.enrollment.methods.registry.domain import DEFAULT_ORDER, TRAITS
from services.enrollment.policies.domain.acceptance import counts
from services.enrollment.policies.domain.linter.finding import Finding, broken_clause, listed
from services.enrollment.policies.domain.linter.reach import counted_methods, offered_methods
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain.steps import FIRST_STEP

UNRESTRICTED = frozenset(DEFAULT_ORDER) & {
    method_type
    for method_type, traits in TRAITS.items()
    if traits.strength != "recovery" and not traits.needs_telephone
}
"""Alternatives to the phone that need no telephone network."""


def security_questions(policy: GroupPolicy) -> Iterator[Finding]:
    if any(TRAITS[method_type].is_knowledge for method_type in offered_methods(policy)):
        text = "Security questions are offered; no answer is a secret. Take them off the list."
        yield from broken_clause("nist-aal2", "3.1.1.2", "securityQuestions", text, policy)
        yield from broken_clause("asvs-l2", "6.4.2", "securityQuestions", text, policy)


def email_as_factor(policy: GroupPolicy) -> Iterator[Finding]:
    mailed = [method_type for method_type in offered_methods(policy) if TRAITS[method_type].is_mailed]
    if not mailed:
        return
    may_count = (policy.number or 0) > len(set(policy.required) & FIRST_STEP.keys())
    if may_count or not set(mailed).isdisjoint(policy.required):
        text = "An email address counts as one of the methods that are asked for, and is no out-of-band factor."
        yield from broken_clause("nist-aal2", "3.1.3.1", "emailAsFactor", text, policy)
    if policy.profile != "entra":
        yield Finding(
            code="emailProvesNothing",
            severity="warning",
            text=f"Email can be registered, and is never accepted as a proof under {policy.profile}.",
        )


def telephony_only(policy: GroupPolicy) -> Iterator[Finding]:
    offered = offered_methods(policy)
    has_telephone = any(TRAITS[method_type].needs_telephone for method_type in offered)
    if has_telephone and UNRESTRICTED.isdisjoint(offered):
        text = "The phone is restricted, and no alternative is offered. Allow an authenticator app or a passkey."
        yield from broken_clause("nist-aal2", "3.1.3.3 and 3.2.9", "telephonyOnly", text, policy)
        yield from broken_clause("asvs-l2", "6.6.1", "telephonyOnly", text, policy)


def long_shown_codes(policy: GroupPolicy) -> Iterator[Finding]:
    drifting = [method_type for method_type in offered_methods(policy) if TRAITS[method_type].has_clock_of_its_own]
    if drifting and policy.profile == "asvs-l2":
        text = (
            f"{listed(drifting)} is offered: nobody sets its clock, so its codes are taken for longer than 30 seconds. "
            "Take it off the list."
        )
        yield from broken_clause("asvs-l2", "6.5.5", "tokenCodesLiveLong", text, policy)


def weak_reset(policy: GroupPolicy) -> Iterator[Finding]:
    weaker = [
        method_type for method_type in counted_methods(policy, "reset") if not counts(policy, "two_step", method_type)
    ]
    if policy.reset is not None and weaker and proofs_required(policy, "passwordReset") == 1:
        text = (
            f"{listed(weaker)} alone can reset a password, and is no second factor: it goes around two-step "
            "verification. Ask for 2 methods, or take it off reset.methods."
        )
        yield from broken_clause("asvs-l2", "6.4.3", "weakReset", text, policy)
