"""The documents say what the code says."""

import re
from pathlib import Path

import pytest

from schemas.topics import EVENTS, TOPICS
from services.kit.crypto.keyring import PURPOSES
from services.kit.errors import CATALOGUE
from services.kit.settings import PREFIX, ServiceSettings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/**/*.md")])


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_every_error_is_explained_under_its_status() -> None:
    explained: dict[str, int] = {}
    status = 0
    for line in read("docs/errors.md").splitlines():
        if match := re.fullmatch(r"## (\d{3})", line):
            status = int(match[1])
        elif match := re.fullmatch(r"### (\w+)", line):
            explained[match[1]] = status

    assert explained == {code: entry.status for code, entry in CATALOGUE.items()}


def test_every_error_says_what_people_and_operators_do() -> None:
    for section in read("docs/errors.md").split("\n### ")[1:]:
        assert [
            words for words in ("**What happened.**", "**The person**", "**The operator**") if words not in section
        ] == []


def test_each_threat_is_tried_by_tests_that_exist() -> None:
    rows = [_cells(line) for line in read("docs/threat-model.md").splitlines() if re.match(r"\| [STRIDE] \|", line)]
    assert len(rows) > 40
    for row in rows:
        _require_tests(row)


def test_each_complaint_has_a_test_that_exists() -> None:
    rows = [_cells(line) for line in read("docs/complaints.md").splitlines() if line.startswith("|")]
    told = [row for row in rows if row[0] != "complaint" and not row[0].startswith("---")]
    assert len(told) > 15
    for row in told:
        _require_tests(row)


def _require_tests(row: list[str]) -> None:
    """The last cell names tests, and all of them are there."""
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", row[-1])
    assert named, row
    for file, test in named:
        assert any(f"def {test}(" in path.read_text("utf-8") for path in (ROOT / "tests").rglob(file)), test


def test_the_architecture_names_every_topic() -> None:
    text = read("docs/architecture.md")

    assert [topic.name for topic in TOPICS if f"`{_generic(topic.name)}`" not in text] == []


def test_the_architecture_names_every_event() -> None:
    assert [name for name in EVENTS if name not in read("docs/architecture.md")] == []


def test_the_architecture_says_who_holds_which_key() -> None:
    rows = {row[0]: row for line in read("docs/architecture.md").splitlines() if len(row := _cells(line)) == 3}

    for purpose in {purpose for held in PURPOSES.values() for purpose in held}:
        holders = {service for service, held in PURPOSES.items() if purpose in held}
        assert {name for name in PURPOSES if name in rows[f"`{purpose}`"][1]} == holders


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]

    assert [link for link in local if not (path.parent / link).exists()] == []


def test_decisions_are_numbered_and_complete() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))

    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Revisit when"], path.name


def _generic(topic: str) -> str:
    """`requests.sms` is described as one of `requests.<channel>`."""
    return "requests.<channel>" if topic.startswith("requests.") else topic


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []


def test_every_setting_is_described() -> None:
    described = read("docs/settings.md")
    assert [name for name in ServiceSettings.model_fields if f"`{PREFIX}{name.upper()}`" not in described] == []
