"""Whom a policy strands, or leaves with nothing that proves them."""

from collections.abc import Iterator, Mapping

from services.enrollment.challenges.domain.eligibility import proofs_required
from services.enrollment.methods.registry.domain import TRAITS, WEAK
from services.enrollment.policies.domain.acceptance import proves, use_of
from services.enrollment.policies.domain.linter.finding import CLAUSES, Finding, listed
from services.enrollment.policies.domain.linter.reach import can_be_complete_with, counted_methods, offered_methods
from services.enrollment.policies.domain.policy import lacking, missing_methods
from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName

SECOND_FACTOR: Mapping[ProfileName, str] = {"nist-aal2": "2.2.1", "asvs-l2": "6.3.3"}
"""The sections that ask for two factors."""


def nothing_asked(policy: GroupPolicy) -> Iterator[Finding]:
    if not lacking(policy, ()):
        section = SECOND_FACTOR.get(policy.profile)
        yield Finding(
            code="nothingAsked",
            severity="error" if section else "warning",
            clause=f"{CLAUSES[policy.profile]}, {section}" if section else None,
            text="Nothing is required: people sign in with a password alone until they add a method themselves.",
        )


def nothing_proves(policy: GroupPolicy) -> Iterator[Finding]:
    asks = lacking(policy, ()) > 0
    weak = [method_type for method_type in offered_methods(policy) if method_type in WEAK]
    if not asks or not weak or not can_be_complete_with(policy, weak):
        return
    if policy.profile == "entra":
        yield Finding(
            code="recoveryOnly",
            severity="warning",
            text=f"People can be complete with {listed(weak)} alone, which only recovers an account. "
            "Require a method for two-step verification.",
        )
    else:
        yield Finding(
            code="nothingProves",
            severity="error",
            text=f"People can be complete with {listed(weak)} alone, which proves nothing under {policy.profile}: "
            "they could not sign in. Require a method that proves the person.",
        )


def passkey_unavoidable(policy: GroupPolicy) -> Iterator[Finding]:
    offered = offered_methods(policy)
    others = [method_type for method_type in offered if not TRAITS[method_type].needs_capable_browser]
    is_possible = can_be_complete_with(policy, offered)
    is_forced = not policy.may_choose_different and not set(missing_methods(policy, ())) <= set(others)
    if is_possible and (is_forced or not can_be_complete_with(policy, others)):
        yield Finding(
            code="passkeyUnavoidable",
            severity="warning",
            text="Nobody can be complete without a passkey: this strands whoever uses a browser or a device that has "
            "none. Allow another way, or give those people a group of their own.",
        )


def no_way_back(policy: GroupPolicy) -> Iterator[Finding]:
    proofs = [method_type for method_type in offered_methods(policy) if proves(policy, method_type)]
    if len(proofs) == 1:
        yield Finding(
            code="noWayBack",
            severity="warning",
            text=f"Only {proofs[0]} proves the person. Whoever loses it is stranded until they are given a Temporary "
            "Access Pass. Allow another method to recover with.",
        )


def no_spare_for_reset(policy: GroupPolicy) -> Iterator[Finding]:
    asked, counted = use_of(policy, "reset"), counted_methods(policy, "reset")
    if (
        lacking(policy, ())
        and (asked.number or asked.required)
        and len(counted) == proofs_required(policy, "passwordReset")
    ):
        yield Finding(
            code="noSpareForReset",
            severity="warning",
            text=f"Only {listed(counted)} can be set up that count for password reset. Whoever loses one and forgets "
            "the password is stranded until they are given a Temporary Access Pass. Let another one count.",
        )


def pass_needed(policy: GroupPolicy) -> Iterator[Finding]:
    if policy.registration_proof == "temporaryAccessPass":
        yield Finding(
            code="passNeeded",
            severity="warning",
            text="Whoever has no method yet is stranded until they are given a Temporary Access Pass. Give everybody "
            "one before their first sign-in.",
        )
