"""The locks in requirements/: which there are, and what they say."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from deploy.local.places import ROOT

PYPROJECT = ROOT / "pyproject.toml"
FOLDER = ROOT / "requirements"

PYTHONS = ("3.11", "3.12", "3.13")
"""Each lock is for all of them."""

FROM_SOURCE = ("dkimpy", "http-ece")
"""What has no wheel and is therefore built where it is installed; everything else must be a wheel."""


@dataclass(frozen=True)
class Lock:
    """A file, and what of pyproject.toml is locked there."""

    name: str
    extras: tuple[str, ...] = ()
    group: str | None = None
    within: str | None = None
    """The name of a lock whose versions count here, too."""

    @property
    def path(self) -> Path:
        """Where it is committed."""
        return FOLDER / f"{self.name}.txt"


DEV = Lock("dev", extras=("dev",))
RUNTIME = Lock("runtime", extras=("enrollment", "notifier", "verifier", "aws"), within="dev")
BUILD = Lock("build", group="build", within="dev")
TOOLS = Lock("lock", group="lock")
LOCKS = (DEV, RUNTIME, BUILD, TOOLS)
"""In the order in which they are made."""


@dataclass(frozen=True)
class Locked:
    """One version of a package."""

    requirement: Requirement
    hashes: frozenset[str]
    """SHA-256 in hex of every archive of this version, for any platform."""
    via: frozenset[str]
    """Who asked for it: normalized names of packages, and `security-info` for pyproject.toml."""

    @property
    def name(self) -> NormalizedName:
        """As indexes compare it."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The only one that counts."""
        (specifier,) = self.requirement.specifier
        return specifier.version

    def counts_for(self, python: str) -> bool:
        """Whether it is installed on Linux with this Python, as in "3.12"."""
        return counts(self.requirement.marker, python)


def counts(marker: Marker | None, python: str, extra: str = "") -> bool:
    """Whether a marker holds on Linux with CPython of this version."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "implementation_version": f"{python}.9",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "extra": extra,
    }
    return marker is None or marker.evaluate(environment)


def read(text: str) -> tuple[Locked, ...]:
    """What a lock holds, in its order.

    Raises:
        ValueError: a line is neither a pinned requirement, nor a hash, nor a comment.
    """
    blocks = re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE)[1:]
    return tuple(_block(block) for block in blocks)


def declared(lock: Lock) -> tuple[Requirement, ...]:
    """What pyproject.toml asks for in this lock; extras of our own that an extra names are followed."""
    content = tomllib.loads(PYPROJECT.read_text("utf-8"))
    if lock.group is not None:
        return tuple(Requirement(text) for text in content["dependency-groups"][lock.group])
    project = content["project"]
    wanted, pending = [Requirement(text) for text in project["dependencies"]], list(lock.extras)
    while pending:
        for requirement in map(Requirement, project["optional-dependencies"][pending.pop()]):
            if requirement.name == project["name"]:
                pending.extend(requirement.extras)
            else:
                wanted.append(requirement)
    return tuple(wanted)


def _block(block: str) -> Locked:
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    comments = [line for line in lines if line.startswith("#")]
    first, *hashes = [line.removesuffix("\\").rstrip() for line in lines if line not in comments]
    requirement = Requirement(first)
    if [specifier.operator for specifier in requirement.specifier] != ["=="] or not hashes:
        raise ValueError(f"not pinned with a hash: {first}")
    if strange := [line for line in hashes if not re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line)]:
        raise ValueError(f"no hash of {requirement.name}: {strange[0]}")
    return Locked(
        requirement,
        frozenset(line.removeprefix("--hash=sha256:") for line in hashes),
        frozenset(filter(None, map(_asker, comments))),
    )


def _asker(comment: str) -> str | None:
    """The package in `# via fastapi`; the first word is ours where pyproject.toml asks."""
    found = re.fullmatch(r"#\s+(?:via\s+)?([a-z0-9][a-z0-9-]*)(?: \(pyproject.*\))?", comment)
    return found[1] if found and found[1] != "via" else None
