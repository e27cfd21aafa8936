"""The rules over trees of files. That this one keeps them is `make lint`'s to say."""

from pathlib import Path

from tests.lint.boundaries import BOUNDARIES
from tests.lint.repository import check, sources
from tests.lint.rules import PLAIN_SECRETS

ROOT = Path(__file__).parents[3]


def test_no_exemption_for_a_secret_outlives_its_field() -> None:
    texts = {source.path: (ROOT / source.path).read_text("utf-8") for source in sources(ROOT)}

    for exemption in PLAIN_SECRETS:
        path, _, field = exemption.partition(":")
        assert f"{field.partition('.')[2]}:" in texts.get(path, ""), exemption


def test_every_boundary_says_why() -> None:
    assert all(reason for boundary in BOUNDARIES for reason in boundary.places.values())


def test_a_broken_rule_is_found_in_a_tree(tmp_path: Path) -> None:
    module = tmp_path / "services" / "verifier" / "handlers.py"
    module.parent.mkdir(parents=True)
    module.write_text("import motor\n")

    assert [finding.rule for finding in check(tmp_path)] == ["driver-in-one-place"]
