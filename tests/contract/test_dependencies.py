"""What is locked fits what is asked for, names no index, and is what these tests run with; no test asks the network."""

import base64
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.supply.locks import (
    BUILD,
    DEV,
    FROM_SOURCE,
    LOCKS,
    PYPROJECT,
    PYTHONS,
    RUNTIME,
    Lock,
    counts,
    declared,
    read,
)
from deploy.supply.sbom import FILE, NPM_LOCK, bill_of_materials

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
REMEDY = "run `make lock`"
each_lock = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
each_python = pytest.mark.parametrize("python", PYTHONS)


def versions(lock: Lock, python: str) -> dict[str, str]:
    """What is installed from a lock, by name; one version of each."""
    entries = [entry for entry in read(lock.path.read_text("utf-8")) if entry.counts_for(python)]
    found = {str(entry.name): entry.version for entry in entries}
    assert len(found) == len(entries)
    return found


def fits(requirement: Requirement, locked: dict[str, str]) -> bool:
    version = locked.get(canonicalize_name(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def test_the_locks_are_those_in_the_folder() -> None:
    assert {lock.path for lock in LOCKS} == set((ROOT / "requirements").iterdir())


@each_lock
def test_a_lock_holds_pinned_and_hashed_requirements_and_no_address(lock: Lock) -> None:
    text = lock.path.read_text("utf-8")
    assert read(text)
    assert re.findall(r"\w+://|^-.*|index-url|find-links", text, flags=re.MULTILINE) == []


@each_lock
@each_python
def test_what_pyproject_asks_for_is_locked(lock: Lock, python: str) -> None:
    locked = versions(lock, python)
    needed = [wanted for wanted in declared(lock) if counts(wanted.marker, python)]
    assert [str(wanted) for wanted in needed if not fits(wanted, locked)] == [], REMEDY


@each_lock
def test_nothing_is_locked_that_nobody_asks_for(lock: Lock) -> None:
    entries = read(lock.path.read_text("utf-8"))
    asked = {canonicalize_name(wanted.name) for wanted in declared(lock)}
    names = {str(entry.name) for entry in entries}
    for entry in entries:
        assert entry.via <= names | {"security-info"}
        assert ("security-info" in entry.via) == (entry.name in asked), f"{entry.name}: {REMEDY}"


@each_python
def test_the_image_has_the_versions_that_the_tests_ran_with(python: str) -> None:
    tried = versions(DEV, python)
    assert versions(RUNTIME, python).items() <= tried.items(), REMEDY
    assert {(name, version) for name, version in versions(BUILD, python).items() if name in tried} <= set(tried.items())


def test_these_tests_run_with_what_is_locked() -> None:
    locked = versions(DEV, THIS_PYTHON)
    assert {name: distribution(name).version for name in locked} == locked, "run `make install`"


def test_what_is_installed_asks_for_nothing_else() -> None:
    """Locks are installed without looking at what packages ask for, so nothing may be missing there."""
    for lock in (DEV, RUNTIME):
        locked = versions(lock, THIS_PYTHON)
        extras = {(canonicalize_name(wanted.name), extra) for wanted in declared(lock) for extra in wanted.extras}
        for name, extra in {*extras, *((name, "") for name in locked)}:
            wanted = [Requirement(text) for text in distribution(name).requires or ()]
            needed = [entry for entry in wanted if counts(entry.marker, THIS_PYTHON, extra)]
            assert [str(entry) for entry in needed if not fits(entry, locked)] == [], name


def test_what_builds_the_project_is_locked() -> None:
    wanted = tomllib.loads(PYPROJECT.read_text("utf-8"))["build-system"]["requires"]
    assert [text for text in wanted if not fits(Requirement(text), versions(BUILD, PYTHONS[0]))] == []


def test_installing_takes_hashed_archives_only_and_builds_what_has_no_wheel_alone() -> None:
    options = ("--require-hashes", "--no-deps", "--no-build-isolation", "--only-binary :all:")
    for text in (MAKEFILE, DOCKERFILE):
        assert [option for option in options if option not in text] == []
        assert tuple(re.findall(r"--no-binary (\S+)", text)) == FROM_SOURCE


def test_the_image_is_made_of_the_locks() -> None:
    assert re.findall(r"--requirement (\S+)", DOCKERFILE) == ["requirements/build.txt", "requirements/runtime.txt"]
    assert "!requirements" in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert re.search(r"^LOCKS := requirements/build.txt requirements/dev.txt$", MAKEFILE, flags=re.MULTILINE)


def test_what_npm_fetches_is_locked_with_its_hash_and_without_an_address() -> None:
    packages = json.loads(NPM_LOCK.read_text("utf-8"))["packages"]
    wanted = json.loads(NPM_LOCK.with_name("package.json").read_text("utf-8"))["dependencies"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert fetched
    for entry in fetched.values():
        assert len(base64.b64decode(entry["integrity"].removeprefix("sha512-"), validate=True)) == 64
        assert "resolved" not in entry
    assert packages[""]["dependencies"] == wanted


def test_the_document_on_security_knows_what_is_locked_and_what_is_not() -> None:
    said = (ROOT / "SECURITY.md").read_text("utf-8")
    targets = re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE)
    assert set(re.findall(r"`(?:rm -rf \.venv && )?make ([a-z]+)", said)) <= {*targets}
    images = re.findall(r"^(?:FROM| +image:) (?!security-info)(\S+)", f"{DOCKERFILE}\n{COMPOSE}", flags=re.MULTILINE)
    assert len(set(images)) == 4
    assert [image for image in images if image not in said and image.partition(":")[0] not in said] == []


def test_the_bill_of_materials_is_valid_and_the_same_each_time() -> None:
    text = bill_of_materials()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    again = (sys.executable, "-c", "from deploy.supply.sbom import bill_of_materials as bill; print(bill(), end='')")
    other_order = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    assert subprocess.run(again, env=other_order, capture_output=True, text=True, check=True).stdout == text
    assert "timestamp" not in json.loads(text)["metadata"]
    assert FILE.relative_to(ROOT).parts[0] in (ROOT / ".gitignore").read_text("utf-8").replace("/\n", "\n").splitlines()


def test_the_bill_of_materials_names_what_the_image_holds() -> None:
    bill = json.loads(bill_of_materials())
    listed = {component["purl"]: component for component in bill["components"]}
    locked = versions(RUNTIME, PYTHONS[0])
    npm = json.loads(NPM_LOCK.read_text("utf-8"))["packages"]["node_modules/qr"]["version"]
    assert listed.keys() == {f"pkg:pypi/{name}@{version}" for name, version in locked.items()} | {f"pkg:npm/qr@{npm}"}
    assert all(component["hashes"] for component in listed.values())
    assert re.findall(r"FROM python:(\S+?)-", DOCKERFILE) == [PYTHONS[0]] * 2


def test_the_bill_of_materials_says_who_needs_what() -> None:
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in json.loads(bill_of_materials())["dependencies"]}
    (product,) = (ref for ref in needs if ref.startswith("pkg:pypi/security-info@"))
    reached, pending = set[str](), [product]
    while pending:
        reached.add(ref := pending.pop())
        pending += set(needs[ref]) - reached
    assert reached == needs.keys()
