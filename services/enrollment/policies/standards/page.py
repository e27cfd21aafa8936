"""docs/compliance.md, from the table of clauses: `python -m services.enrollment.policies.standards.page`."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from services.enrollment.policies.standards.clauses import IN_WORDS, Clause, Standard, standards

PAGE = Path(__file__).resolve().parents[4] / "docs" / "compliance.md"

BEFORE = """# Compliance

Which clause of the standards is met, how, and which test shows it. Written from the files in
`services/enrollment/policies/standards/`, never by hand. `security-info policy check FILE --profile asvs-l2` (or
`nist-aal2`) says the same of a policy of yours, with what it breaks.

"Met by policy" is what an organisation decides: the policy linter names each policy that breaks it, and refuses it
under the profile that follows the standard. "The platform's" is what only the identity platform in front can do. What
is missing is said under "partly".
"""


def page() -> str:
    return "\n".join((BEFORE, *(line for standard in standards() for line in _section(standard))))


def _section(standard: Standard) -> Iterator[str]:
    counts = Counter(clause.state for clause in standard.clauses)
    yield f"## {standard.name}"
    yield ""
    yield (
        f"Profile `{standard.profile}`; [the standard]({standard.source}). "
        + ", ".join(f"{counts[state]} {words}" for state, words in IN_WORDS.items() if counts[state])
        + "."
    )
    yield ""
    yield "| clause | level | asks | | how | tests |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from map(_row, standard.clauses)
    yield ""


def _row(clause: Clause) -> str:
    tests = "<br>".join(f"`{test.rpartition('/')[2]}`" for test in clause.tests)
    how = f"{clause.how} ({', '.join(f'`{code}`' for code in clause.findings)})" if clause.findings else clause.how
    cells = (clause.clause, str(clause.level or ""), clause.about, IN_WORDS[clause.state], how, tests)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
