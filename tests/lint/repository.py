"""All rules over all modules of services and schemas."""

from collections.abc import Iterator
from pathlib import Path

from tests.lint import boundaries, layout, rules, texts
from tests.lint.source import Finding, Rule, Source

CHECKED = ("services", "schemas")
LAID_OUT = ("deploy", "tests")
"""Where only the sizes of files and folders are looked at."""
RULES: tuple[Rule, ...] = (
    boundaries.libraries,
    boundaries.purity,
    rules.publishing,
    rules.time,
    rules.printing,
    rules.catching,
    rules.atomic_reads,
    rules.names,
    rules.secrets,
    layout.method_names,
    layout.lengths,
    texts.marked,
)


def sources(root: Path, folders: tuple[str, ...] = CHECKED) -> Iterator[Source]:
    """Every module of these folders, in the order of its path."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield Source.parse(path.relative_to(root).as_posix(), path.read_text("utf-8"))


def check(root: Path) -> list[Finding]:
    """What breaks a rule, in the order of place."""
    checked, beside = list(sources(root)), list(sources(root, LAID_OUT))
    found = [finding for source in checked for rule in RULES for finding in rule(source)]
    found += [finding for source in beside for finding in layout.lengths(source)]
    return sorted([*found, *layout.folders(source.path for source in (*checked, *beside))])
