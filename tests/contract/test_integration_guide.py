"""The integration guide shows the examples' own lines, installs what they import, and names what they read."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from schemas.topics import LIFECYCLE
from tests.support.people.guide import DOCS, EXAMPLES, GUIDE, blocks, commands, variables

SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.py"))}
NOT_IMPORTED = {"python-multipart"}
"""FastAPI needs it for forms."""


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.strip().splitlines()[0])
def test_code_in_the_guide_is_that_of_the_examples(block: str) -> None:
    assert [name for name, text in SCRIPTS.items() if f"\n{block}" in text] != []


def test_the_client_in_the_guide_is_that_of_the_demo() -> None:
    (client,) = blocks("yaml")

    assert client in (DOCS.parent / "deploy" / "demo" / "config.yaml").read_text("utf-8")


def test_the_guide_installs_what_the_examples_import() -> None:
    (install,) = [words[2:] for words in commands() if words[1:2] == ["install"]]
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]  # type: ignore[union-attr]
        for text in SCRIPTS.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    distributions = packages_distributions()

    needed = {distributions[module][0] for module in imported - sys.stdlib_module_names}
    assert set(install) == needed | NOT_IMPORTED


def test_the_guide_names_every_variable_that_the_examples_read() -> None:
    assert variables() == {name for text in SCRIPTS.values() for name in re.findall(r"SECURITY_INFO_\w+", text)}


def test_the_guide_names_every_lifecycle_event() -> None:
    assert set(re.findall(r"^\| `([A-Z]\w+)` \| `", GUIDE.read_text("utf-8"), re.MULTILINE)) - variables() == {
        event.__name__ for event in LIFECYCLE.events
    }


def test_no_example_hides_a_module_of_python() -> None:
    assert {name.removesuffix(".py") for name in SCRIPTS} & sys.stdlib_module_names == set()
