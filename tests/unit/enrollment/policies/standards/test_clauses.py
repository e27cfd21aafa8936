"""The table of clauses holds what it says: tests that exist, findings that the linter has, each clause once."""

import re

import pytest

from deploy.local.places import ROOT
from services.enrollment.policies.domain import linter
from services.enrollment.policies.domain.linter.finding import Finding
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


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m services.enrollment.policies.standards.page"
