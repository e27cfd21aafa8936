"""Which files are mutated."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.mutants.selection import NothingMatchesError, changed_files, globs, mutant_globs, named, pure_files

ROOT = Path(__file__).parents[3]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for path in ("services/a/domain.py", "services/a/b/domain/c.py", "services/a/app.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("", "utf-8")
    return tmp_path


def _git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main")
    subprocess.run([shutil.which("git") or "git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def _committed(root: Path) -> Path:
    _git(root, "init")
    _git(root, "add", ".")
    _git(root, "commit", "-m", "first")
    return root


def test_a_file_at_any_depth_is_mutated_where_a_glob_matches(repository: Path) -> None:
    found = pure_files(repository, ["services/*/domain.py", "services/*/domain/*.py"])
    assert found == ["services/a/b/domain/c.py", "services/a/domain.py"]


def test_a_glob_that_matches_nothing_is_an_error(repository: Path) -> None:
    with pytest.raises(NothingMatchesError, match=r"gone\.py$"):
        pure_files(repository, ["services/*/domain.py", "services/gone.py"])


def test_every_glob_of_this_repository_matches() -> None:
    assert "services/notifier/domain/delivery.py" in pure_files(ROOT, globs(ROOT))


def test_a_name_is_a_path_or_a_glob() -> None:
    mutated = ["services/a/domain.py", "services/a/domain/c.py", "services/b/domain.py"]
    assert named(["services/a/*", "services/b/domain.py"], mutated) == mutated


def test_a_name_outside_the_domain_is_an_error() -> None:
    with pytest.raises(NothingMatchesError, match=r"app\.py"):
        named(["services/a/app.py"], ["services/a/domain.py"])


def test_what_is_edited_and_what_is_new_is_changed_on_main_since_the_commit_before(repository: Path) -> None:
    _committed(repository)
    (repository / "committed.py").write_text("", "utf-8")
    _git(repository, "add", ".")
    _git(repository, "commit", "-m", "second")
    (repository / "services/a/domain.py").write_text("edited = 1\n", "utf-8")
    (repository / "new.py").write_text("", "utf-8")
    assert changed_files(repository, None) == {"committed.py", "services/a/domain.py", "new.py"}


def test_a_branch_has_changed_what_main_has_not(repository: Path) -> None:
    _committed(repository)
    _git(repository, "checkout", "-b", "branch")
    for name in ("one.py", "two.py"):
        (repository / name).write_text("", "utf-8")
        _git(repository, "add", ".")
        _git(repository, "commit", "-m", name)
    assert changed_files(repository, None) == {"one.py", "two.py"}
    assert changed_files(repository, "HEAD~") == {"two.py"}


def test_a_deleted_file_has_nothing_to_mutate(repository: Path) -> None:
    _committed(repository)
    (repository / "services/a/app.py").unlink()
    assert changed_files(repository, "HEAD") == set()


def test_mutants_are_named_by_module() -> None:
    assert mutant_globs(["services/a/domain.py"]) == ["services.a.domain.x_*", "services.a.domain.xǁ*"]
    assert mutant_globs(["services/a/domain/__init__.py"])[0] == "services.a.domain.x_*"
