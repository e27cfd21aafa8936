"""Runbooks name only what exists: metrics, lines of the log, and commands with their options."""

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from services.cli.program import app

ROOT = Path(__file__).parents[2]
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
SOURCE = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "services").rglob("*.py")))
METRIC = re.compile(r"\bsecurity_info_[a-z_]+")
LOG_LINE = re.compile(r"`([a-z][a-z',;]*(?: [a-z',;]+){2,})`")
"""Three words and more, without figures or signs."""
COMMAND = re.compile(r"`security-info ([^`]+)`")


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_every_metric_exists(runbook: Path) -> None:
    named = set(METRIC.findall(runbook.read_text("utf-8")))
    assert [name for name in sorted(named) if f'"{name}"' not in SOURCE] == []


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_every_line_of_the_log_is_written(runbook: Path) -> None:
    named = set(LOG_LINE.findall(" ".join(runbook.read_text("utf-8").split())))
    assert [line for line in sorted(named) if line not in SOURCE] == []


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_every_command_exists_with_its_options(runbook: Path) -> None:
    for line in COMMAND.findall(runbook.read_text("utf-8")):
        known, words = get_command(app), line.split()
        while isinstance(known, TyperGroup):
            assert words, line
            assert words[0] in known.commands, line
            known = known.commands[words.pop(0)]
        options = {option for parameter in known.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, line
