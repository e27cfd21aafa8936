"""The clauses of OWASP ASVS 5.0 and NIST SP 800-63B-4 that apply, each with how it is met and which test shows it.

The one table of docs/compliance.md and of `security-info policy check --profile`.
"""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.requirements import ProfileName

FOLDER = Path(__file__).parent
FILES = ("asvs.yaml", "nist.yaml")

State = Literal["met", "policy", "partly", "platform", "none"]
"""`met` whatever the policy says; by a `policy` without certain findings; `partly`, with what is missing; by the
identity `platform`; or `none` of it applies."""

IN_WORDS: dict[State, str] = {
    "met": "met",
    "policy": "met by policy",
    "partly": "partly",
    "platform": "the platform's",
    "none": "does not apply",
}


class Clause(BaseModel):
    """A clause, or a few that ask for one thing. `level` is that of ASVS; `findings` are the codes of the linter that
    say that a policy breaks it; `tests` are files with the name of a test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clause: str
    level: int | None = None
    about: str
    state: State
    how: str
    findings: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    def broken_by(self, findings: Collection[Finding]) -> tuple[Finding, ...]:
        return tuple(finding for finding in findings if finding.code in self.findings and finding.severity == "error")


class Standard(BaseModel):
    """A standard and the profile of policies that follows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    profile: ProfileName
    source: str
    clauses: tuple[Clause, ...]


@cache
def standards() -> tuple[Standard, ...]:
    return tuple(Standard.model_validate(yaml.safe_load((FOLDER / name).read_text("utf-8"))) for name in FILES)


def standard_of(profile: ProfileName) -> Standard:
    """Raises `StopIteration` for a profile that follows none."""
    return next(standard for standard in standards() if standard.profile == profile)
