"""The local broker runs on the jars that were written down, and on no others."""

from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.servers.jars import as_sums, refuse_other_jars


@pytest.fixture
def sums(tmp_path: Path) -> Path:
    """Two jars, written down."""
    for name in ("a.jar", "b.jar"):
        (tmp_path / "libs" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "libs" / name).write_text(name)
    file = tmp_path / "kafka.sha256"
    file.write_text(as_sums(tmp_path / "libs"))
    return file


def test_what_was_written_down_is_taken(sums: Path) -> None:
    refuse_other_jars(sums.parent / "libs", sums)


def test_a_changed_jar_is_refused(sums: Path) -> None:
    (sums.parent / "libs" / "b.jar").write_text("another")
    with pytest.raises(StackError, match=r"^b\.jar is not as kafka\.sha256 says \(1 differ\)"):
        refuse_other_jars(sums.parent / "libs", sums)


def test_so_is_a_further_one_and_a_missing_one(sums: Path) -> None:
    (sums.parent / "libs" / "a.jar").rename(sums.parent / "libs" / "c.jar")
    with pytest.raises(StackError, match=r"^a\.jar is not .* \(2 differ\)"):
        refuse_other_jars(sums.parent / "libs", sums)
