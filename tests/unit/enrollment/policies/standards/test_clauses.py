"""The table of clauses holds what it says: tests that exist, findings that the linter has, each clause once."""

import re
from collections.abc import Mapping

import pytest

from deploy.local.places import ROOT
from services.enrollment.policies.domain import linter
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.linter.lint import lint_group
from services.enrollment.policies.domain.requirements import GroupPolicy, Use
from services.enrollment.policies.standards.clauses import Clause, Standard, standards
from services.enrollment.policies.standards.page import PAGE, page

LINTER = "\n".join(file.read_text("utf-8") for file in (ROOT / linter.__path__[0]).glob("*.py"))
ALL = [(standard, clause) for standard in standards() for clause in standard.clauses]
BY_NAME = pytest.mark.parametrize(
    ("standard", "clause"), ALL, ids=[f"{standard.profile} {clause.clause}" for standard, clause in ALL]
)


@BY_NAME
def test_what_is_named_exists(standard: Standard, clause: Clause) -> None:
    for test in clause.tests:
        file, _, name = test.partition("::")
        assert not name or re.search(rf"def {name}\b", (ROOT / file).read_text("utf-8")), test
    assert all(f'"{code}"' in LINTER for code in clause.findings)
    assert (clause.state == "policy") <= bool(clause.findings or clause.tests)


def test_each_clause_is_there_once_and_all_of_levels_1_and_2_are_answered() -> None:
    for standard in standards():
        names = [clause.clause for clause in standard.clauses]
        assert len(set(names)) == len(names)
    asvs = {clause.clause: clause for clause in standards()[0].clauses}
    assert {clause.level for clause in asvs.values()} == {1, 2, 3}


def test_a_clause_is_broken_by_its_own_errors_alone() -> None:
    clause = Clause(clause="1", about="x", state="policy", how="y", findings=("securityQuestions",))
    breaking = Finding(code="securityQuestions", severity="error", text="z")
    others = [breaking.model_copy(update={"severity": "warning"}), breaking.model_copy(update={"code": "weakReset"})]
    assert clause.broken_by([*others, breaking]) == (breaking,)


BREAKING: Mapping[str, Mapping[str, object]] = {
    "nothingAsked": {"allowed": ("authenticatorApp", "phone")},
    "nothingProves": {"number": 1, "allowed": ("email", "authenticatorApp")},
    "securityQuestions": {"required": ("authenticatorApp",), "allowed": ("securityQuestions",)},
    "emailAsFactor": {"required": ("authenticatorApp", "email")},
    "weakReset": {
        "required": ("authenticatorApp", "phone"),
        "two_step": Use(methods=("authenticatorApp",)),
        "reset": Use(number=1),
    },
    "codeLivesTooLong": {"required": ("phone", "passkey"), "code_minutes": 11},
    "previousCodeAccepted": {"required": ("authenticatorApp",), "accepts_previous_code": True},
    "tokenCodesLiveLong": {"required": ("authenticatorApp",), "allowed": ("hardwareOath",)},
    "keyConfirmsCall": {"required": ("authenticatorApp",), "allowed": ("phone",), "voice": "key"},
    "telephonyOnly": {"required": ("phone",)},
}
"""A policy that breaks a clause, by the finding that says so."""


@BY_NAME
def test_each_finding_of_a_clause_is_an_error_under_its_profile(standard: Standard, clause: Clause) -> None:
    """Else "met by policy" holds for policies that break it."""
    for code in clause.findings:
        policy = GroupPolicy.model_validate({**BREAKING[code], "profile": standard.profile})
        assert code in {finding.code for finding in clause.broken_by(lint_group(policy))}, code


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m services.enrollment.policies.standards.page"
