"""The command line, run in a folder of the test's own."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from services.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


class CommandLine(Protocol):
    """Runs a command in `tmp_path`, with these settings and none of the machine's."""

    def __call__(self, *arguments: str, **settings: str) -> Done: ...


@pytest.fixture
def security_info(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SECURITY_INFO_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, **settings: str) -> Done:
        with monkeypatch.context() as environment:
            for name, value in settings.items():
                environment.setenv(f"SECURITY_INFO_{name}", value)
            with pytest.raises(SystemExit) as left:
                main(arguments)
        printed = capsys.readouterr()
        return Done(int(left.value.code or 0), printed.out, printed.err)

    return run


def one_line(text: str) -> str:
    """The text without its line end; fails when it is more than one line."""
    [line] = text.splitlines()
    return line
