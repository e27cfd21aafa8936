"""What a rule finds, and how rules say it.

The clauses are those of NIST SP 800-63B-4 and of OWASP ASVS 5.0. A group that follows a profile must keep to its
clauses: to break one is an error. Under `entra` the same is a warning, so that an organisation knows what it does.
"""

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.base import MethodType
from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName

Severity = Literal["error", "warning"]

CLAUSES: dict[ProfileName, str] = {"nist-aal2": "NIST SP 800-63B-4", "asvs-l2": "OWASP ASVS 5.0"}


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


def errors_of(findings: Collection[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity == "error")


def warning(code: str, text: str) -> Finding:
    return Finding(code=code, severity="warning", text=text)


def broken_clause(profile: ProfileName, section: str, code: str, text: str, policy: GroupPolicy) -> Iterator[Finding]:
    """A clause of a profile: an error where a group follows the profile, a warning where it follows none."""
    if policy.profile in {profile, "entra"}:
        severity: Severity = "error" if policy.profile == profile else "warning"
        yield Finding(code=code, severity=severity, clause=f"{CLAUSES[profile]}, {section}", text=text)


def listed(types: Collection[MethodType]) -> str:
    return " and ".join(types)
