"""Guards the contract: what was published may gain an optional field, and nothing else, within a version.

`python -m schemas.compatibility [--base REF]` compares `schemas/json/` with the same files at a commit: those of HEAD,
and those of REF, by default where this branch left the main one, else the commit before. Everything else needs a new
version of the event: raise `VERSION`, export, and keep the file of the old version.

Why so strict: consumers skip fields and types that they do not know, but an unknown value of an enumeration, a value
beyond a limit or an absent field makes a record unreadable for those not yet updated, and tightening does the same
to records that are kept. So widening an enumeration is a break as much as narrowing it.

Before the first release a break can be allowed on purpose, one file at a time, on the record:
`python -m schemas.compatibility --reset FILE --reason "why"`. It notes the digest of the file that is given up in
`schemas/json/resets.json`. From version 1.0.0 on resets count for nothing.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.export import DIRECTORY, TOPIC_TABLE, documents, outdated

RESETS = "resets.json"
ROOT = Path(__file__).parents[1]
ANNOTATIONS = frozenset({"$id", "$schema", "$defs", "$comment", "title", "description", "examples", "deprecated"})
"""Keywords that say nothing about which values are valid (and `$defs`, which counts where it is referred to)."""

SUBSCHEMAS = frozenset({"items", "additionalProperties", "not", "contains", "propertyNames"})
SUBSCHEMA_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})


@dataclass(frozen=True)
class Break:
    """A change that needs a new version. `path` is where in the schema, `change` what happened."""

    file: str
    path: str
    change: str


@dataclass(frozen=True)
class _Comparison:
    """Two versions of one file, for resolving references; `seen` ends recursive definitions."""

    file: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    seen: set[tuple[str, str]] = field(default_factory=set)

    def found(self, path: str, change: str) -> Break:
        return Break(self.file, path or "/", change)


def schema_breaks(file: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Break]:
    """What in `new` breaks those who know `old`."""
    return list(_compare(_Comparison(file, old, new), old, new, ""))


def table_breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Break]:
    """What the topic table lost. A new version takes the place of an event's earlier one."""
    return list(_compare_tables(old, new))


def breaks(old: Mapping[str, str], new: Mapping[str, str]) -> list[Break]:
    """Compare two directories, as text by file name."""
    found: list[Break] = []
    for name in sorted(set(old) - {RESETS}):
        if name not in new:
            found.append(Break(name, "/", "the file is gone; keep the schema of a version that was published"))
        elif name == TOPIC_TABLE:
            found += table_breaks(json.loads(old[name]), json.loads(new[name]))
        else:
            found += schema_breaks(name, json.loads(old[name]), json.loads(new[name]))
    return found


def digest(text: str) -> str:
    """How a reset names the file that it gives up."""
    return hashlib.sha256(text.encode()).hexdigest()


def not_reset(found: list[Break], old: Mapping[str, str], resets: list[dict[str, str]], version: str) -> list[Break]:
    """The breaks that no reset allows. Released versions know no resets."""
    if int(version.partition(".")[0]) >= 1:
        return found
    allowed = {(entry["file"], entry["replaces"]) for entry in resets}
    return [b for b in found if (b.file, digest(old[b.file])) not in allowed]


def _compare(c: _Comparison, old: Any, new: Any, path: str) -> Iterator[Break]:
    if _recursion(c, old, new):
        return
    old, new = _resolved(c.old, old), _resolved(c.new, new)
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield c.found(path, f"{json.dumps(old)} became {json.dumps(new)}")
        return
    yield from _compare_fields(c, old, new, path)
    for keyword in sorted((old.keys() | new.keys()) - ANNOTATIONS - {"properties", "required"}):
        yield from _compare_keyword(c, keyword, old.get(keyword), new.get(keyword), path)


def _compare_fields(c: _Comparison, old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Break]:
    before, after = old.get("properties", {}), new.get("properties", {})
    required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() - after.keys()):
        yield c.found(f"{path}/{name}", "the field was removed")
    for name in sorted(required_after - required_before):
        yield c.found(f"{path}/{name}", "the field became required" if name in before else "a required field was added")
    for name in sorted((required_before - required_after) & after.keys()):
        yield c.found(f"{path}/{name}", "the field is no longer required, and earlier readers need it")
    for name in sorted(before.keys() & after.keys()):
        yield from _compare(c, before[name], after[name], f"{path}/{name}")


def _compare_keyword(c: _Comparison, keyword: str, old: Any, new: Any, path: str) -> Iterator[Break]:
    if old == new and "$ref" not in json.dumps(old):
        return
    if keyword == "enum" and old and new:
        yield from _compare_enumerations(c, old, new, path)
    elif keyword in SUBSCHEMAS and old is not None and new is not None:
        yield from _compare(c, old, new, f"{path}/{keyword}")
    elif keyword in SUBSCHEMA_LISTS and old and new and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _compare(c, before, after, f"{path}/{keyword}/{index}")
    elif old != new:
        yield c.found(path, f"`{keyword}` changed from {json.dumps(old)} to {json.dumps(new)}")


def _compare_enumerations(c: _Comparison, old: list[Any], new: list[Any], path: str) -> Iterator[Break]:
    if added := [value for value in new if value not in old]:
        yield c.found(path, f"the enumeration was widened by {_listed(added)}, which earlier readers refuse")
    if removed := [value for value in old if value not in new]:
        yield c.found(path, f"the enumeration was narrowed by {_listed(removed)}, which kept records may hold")


def _listed(values: list[Any]) -> str:
    return ", ".join(json.dumps(value) for value in values)


def _resolved(document: Mapping[str, Any], node: Any) -> Any:
    """Follow local references; a single value (`const`) is an enumeration of one."""
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        siblings = {name: value for name, value in node.items() if name != "$ref"}
        return _resolved(document, {**target, **siblings})
    if "const" in node:
        return {**{name: value for name, value in node.items() if name != "const"}, "enum": [node["const"]]}
    return node


def _recursion(c: _Comparison, old: Any, new: Any) -> bool:
    """Whether this pair of references was entered before, which recursive definitions would do for ever."""
    if not (isinstance(old, dict) and isinstance(new, dict) and "$ref" in old and "$ref" in new):
        return False
    pair = (old["$ref"], new["$ref"])
    if pair in c.seen:
        return True
    c.seen.add(pair)
    return False


def _compare_tables(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Break]:
    for name, topic in sorted(old.items()):
        if name not in new:
            yield Break(TOPIC_TABLE, f"/{name}", "the topic was removed")
            continue
        for event in sorted(_names(topic) - _names(new[name])):
            yield Break(TOPIC_TABLE, f"/{name}", f"the topic lost {event}")
        if topic["partitions"] != new[name]["partitions"]:
            yield Break(
                TOPIC_TABLE, f"/{name}", "the number of partitions changed, which breaks the order within a key"
            )


def _names(topic: Mapping[str, Any]) -> set[str]:
    return {event.rpartition(".")[0] for event in topic["events"]}


@dataclass(frozen=True)
class _Git:
    """Reads committed files; every answer is None or empty where there is no history."""

    program: str
    root: Path

    def files(self, ref: str) -> dict[str, str]:
        listed = self._run("ls-tree", "--name-only", ref, "schemas/json/") or ""
        names = [Path(line).name for line in listed.splitlines() if line.endswith(".json")]
        contents = {name: self._run("show", f"{ref}:schemas/json/{name}") for name in names}
        return {name: content for name, content in contents.items() if content is not None}

    def base(self) -> str | None:
        """Where this branch left the main one; on it, the commit before."""
        head = self._commit("HEAD")
        for main in ("origin/main", "main"):
            fork = (self._run("merge-base", "HEAD", main) or "").strip()
            if fork and fork != head:
                return fork
        return self._commit("HEAD~1")

    def _commit(self, ref: str) -> str | None:
        return (self._run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") or "").strip() or None

    def _run(self, *arguments: str) -> str | None:
        done = subprocess.run(
            [self.program, *arguments], cwd=self.root, capture_output=True, text=True, check=False, encoding="utf-8"
        )
        return done.stdout if done.returncode == 0 else None


def _on_disk(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(directory.glob("*.json"))}


def _resets(files: Mapping[str, str]) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(files.get(RESETS, "[]"))
    return entries


def _project_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def earlier(base: str | None) -> list[dict[str, str]]:
    """The committed directories to compare with: those of HEAD and of `base`. Empty without git or a history."""
    program = shutil.which("git")
    if program is None:
        return []
    git = _Git(program, ROOT)
    refs = dict.fromkeys(ref for ref in ("HEAD", base or git.base()) if ref)
    return [files for ref in refs if (files := git.files(ref))]


def check(versions: list[dict[str, str]], new: Mapping[str, str]) -> list[Break]:
    """The breaks of `new` against each of the earlier versions, without those that a reset allows."""
    found = [b for old in versions for b in not_reset(breaks(old, new), old, _resets(new), _project_version())]
    return list(dict.fromkeys(found))


def given_up(file: str, versions: list[dict[str, str]], new: Mapping[str, str], reason: str) -> list[dict[str, str]]:
    """The entries that allow `file` to differ from what it was in each of the earlier versions."""
    texts = dict.fromkeys(old[file] for old in versions if file in old and old[file] != new.get(file))
    return [{"file": file, "replaces": digest(text), "reason": reason} for text in texts]


def _note(entries: list[dict[str, str]], present: Mapping[str, str]) -> None:
    known = _resets(present)
    content = [*known, *(entry for entry in entries if entry not in known)]
    (DIRECTORY / RESETS).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main(arguments: list[str]) -> int:
    """Compare, or note a reset; 1 when something breaks or is not exported."""
    parser = argparse.ArgumentParser(prog="python -m schemas.compatibility", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--base", help="the commit to compare with, beside HEAD")
    parser.add_argument("--reset", metavar="FILE", help="before the first release: allow FILE to break")
    parser.add_argument("--reason", help="why FILE may break")
    options = parser.parse_args(arguments)
    versions = earlier(options.base)
    if options.reset:
        if not options.reason:
            parser.error("--reset needs --reason")
        entries = given_up(options.reset, versions, _on_disk(DIRECTORY), options.reason)
        if not entries:
            parser.error(f"schemas/json/{options.reset} is as it was committed, so there is nothing to reset")
        _note(entries, _on_disk(DIRECTORY))
    return _report(outdated(documents(), DIRECTORY), versions)


def _report(stale: list[str], versions: list[dict[str, str]]) -> int:
    if not versions:
        sys.stderr.write("schemas/json: no committed schemas were found, so there was nothing to compare with\n")
    for name in stale:
        sys.stderr.write(f"schemas/json/{name}: not current: run `python -m schemas.export` and commit it\n")
    found = check(versions, _on_disk(DIRECTORY))
    for b in found:
        sys.stderr.write(
            f"schemas/json/{b.file}: {b.path}: {b.change}: raise VERSION of the event, or read the top of "
            "schemas/compatibility.py\n"
        )
    return 1 if stale or found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
