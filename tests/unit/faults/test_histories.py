"""What is told of the histories of the model that are tried beside the faults."""

from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.errors import StackError
from tests.faults.histories import Histories, meanwhile_tried


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("kill -KILL $$", "^the histories of the model were ended by SIGKILL before they were done$"),
        ("echo its steps; exit 1", "^a history of the model broke a promise:\nits steps$"),
    ],
)
def test_who_was_ended_broke_no_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(program))
    histories = Histories(1)
    with pytest.raises(StackError, match=told), meanwhile_tried(histories, 1, Console(quiet=True)):
        pass
    assert histories.kept == 0
