"""How proofs are asked for: what lives too long, or is guessed too easily."""

from collections.abc import Iterator

from services.enrollment.policies.domain.linter.finding import Finding, broken_clause, warning
from services.enrollment.policies.domain.requirements import GroupPolicy, Requirement
from services.enrollment.policies.domain.tenant import Tenant

LONGEST_CODE_MINUTES = 10
"""NIST SP 800-63B-4, 3.1.3.2, and OWASP ASVS 5.0, 6.5.5."""

MOST_TRIES = 10
"""More give whoever guesses too much."""

LONGEST_SESSION_MINUTES = 15
"""What a session of registration lives elsewhere."""


def tenant_code_life(tenant: Tenant) -> Iterator[Finding]:
    yield from _long_lived(tenant.code_minutes)


def _long_lived(minutes: int | None) -> Iterator[Finding]:
    if minutes is not None and minutes > LONGEST_CODE_MINUTES:
        yield Finding(
            code="codeLivesTooLong",
            severity="error",
            clause="NIST SP 800-63B-4, 3.1.3.2; OWASP ASVS 5.0, 6.5.5",
            text=f"Codes live {minutes} minutes. Let them live {LONGEST_CODE_MINUTES} at most.",
        )


def group_terms(policy: GroupPolicy) -> Iterator[Finding]:
    yield from _long_lived(policy.code_minutes)
    terms, usual = policy.terms(), Requirement(profile=policy.profile).terms()
    if terms.voice == "key" and policy.profile == "nist-aal2":
        text = "A call is answered with a key, which is approve or deny and nothing more. Let it read a code out."
        yield from broken_clause("nist-aal2", "3.1.3.1", "keyConfirmsCall", text, policy)
    if terms.accepts_previous_code and policy.profile == "asvs-l2":
        text = "An app's code is taken for 60 seconds. Take it for the 30 that it is shown."
        yield from broken_clause("asvs-l2", "6.5.5", "previousCodeAccepted", text, policy)
    if terms.number_digits < usual.number_digits:
        yield warning(
            "shortNumber",
            f"Requests are approved with {terms.number_digits} digits, and under {policy.profile} usually with "
            f"{usual.number_digits}: fewer are guessed more often.",
        )
    if terms.tries > MOST_TRIES:
        yield warning("manyTries", f"{terms.tries} tries help whoever guesses. Allow {MOST_TRIES} at most.")
    if terms.session_minutes > LONGEST_SESSION_MINUTES:
        yield warning(
            "longSession",
            f"A session lives {terms.session_minutes} minutes without an act, in a browser that somebody else may find "
            f"open. Let it live {LONGEST_SESSION_MINUTES} at most.",
        )
