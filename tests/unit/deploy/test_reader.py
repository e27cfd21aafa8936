"""The reader of QR codes is fetched once, and its absence is said."""

import json
from pathlib import Path

import pytest

from deploy.local.commands.reader import install_reader


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The app's folder, without the reader."""
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": {"qr": "1.2.3"}}))
    return tmp_path


def test_what_is_there_is_not_fetched_again(app: Path) -> None:
    (app / "node_modules" / "qr").mkdir(parents=True)
    (app / "node_modules" / "qr" / "package.json").write_text(json.dumps({"version": "1.2.3"}))
    said: list[str] = []
    install_reader(said.append, app)
    assert said == []


def test_without_npm_it_is_said_and_nothing_fails(app: Path) -> None:
    said: list[str] = []
    install_reader(said.append, app, search=str(app))
    assert "apt-get install npm, then make install" in said[0]
