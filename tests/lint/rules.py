"""Rules about what code does: publishing, time, printing, catching, naming, and secrets in models."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.lint.source import Finding, Places, Source

PUBLISHERS: Places = {
    "services/kit/mongo/relay.py": "the only publisher of events",
    "services/kit/kafka/*": "how the relay publishes; dead letters, which are no events",
}
PUBLISHING = frozenset({"publish", "publish_batch", "send_and_wait"})
WRITERS: Places = {"services/kit/mongo/document.py": "compares the whole of what it supposes, and has no events"}
CLOCKS: Places = {"services/kit/clock.py": "the only reader of the time"}
TIME_READERS = frozenset(
    {f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")}
    | {"datetime.date.today"}
    | {f"time.{name}" for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")}
    | {f"time.{name}" for name in ("localtime", "gmtime", "ctime")}
)
TIME_EXCEPTIONS = {("services/kit/ids.py", "time.time_ns"): "UUIDv7 begins with the time"}
PRINTERS: Places = {"services/cli/*": "speaks to a person"}
CATCHERS: Places = {
    "services/cli/program.py": "turns any failure of a command into one line",
    "services/kit/kafka/*": "a handler's failure ends in a retry or in a dead letter, never in silence",
    "services/kit/mongo/prepare.py": "a failure is told in the log and by readiness, and tried again",
    "services/kit/mongo/deadlines.py": "a failure is told in the log, and the next sweep tries again",
}
VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"})
SECRET_WORDS = frozenset({"secret", "token", "password", "code", "passphrase", "pin"})
PLAIN_TYPES = frozenset({"str", "bytes"})
NOT_SECRET_ENDINGS = frozenset({"hash", "id", "url", "digest", "endpoint"})
PLAIN_SECRETS: dict[str, str] = {
    "services/kit/crypto/keyring.py:Key.secret": "raw key for the primitives; left out of its representation",
    "services/enrollment/policies/domain/linter/finding.py:Finding.code": "names what is wrong with a policy",
    "services/enrollment/policies/api.py:FindingBody.code": "the same, as the API shows it",
}
"""Fields that may hold such a value plainly: `path:Class.field`, with the reason."""


def publishing(source: Source) -> Iterator[Finding]:
    """Nothing publishes but the relay."""
    if source.lies_in(PUBLISHERS):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PUBLISHING:
            yield _finding(
                source, node, "only-the-relay-publishes", f".{node.func.attr}() is called here", "emit from a Change"
            )


def time(source: Source) -> Iterator[Finding]:
    """Nothing reads the time but the clock."""
    if source.lies_in(CLOCKS):
        return
    for node in source.nodes:
        if not isinstance(node, ast.Attribute | ast.Name):
            continue
        name = source.dotted(node)
        if name in TIME_READERS and (source.path, name) not in TIME_EXCEPTIONS:
            yield _finding(
                source,
                node,
                "only-the-clock-reads-time",
                f"{name} is used here",
                "take a Clock, or services.kit.clock.monotonic to measure",
            )


def printing(source: Source) -> Iterator[Finding]:
    """Services log; only the command line prints."""
    if not source.path.startswith("services/") or source.lies_in(PRINTERS):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and source.dotted(node.func) == "print":
            yield _finding(source, node, "no-print", "print() is called here", "log an event with structlog")


def catching(source: Source) -> Iterator[Finding]:
    """Whoever catches everything raises it again."""
    if source.lies_in(CATCHERS):
        return
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler) and _catches_all(node, source) and not _raises(node):
            yield _finding(
                source, node, "no-silent-catch", "everything is caught here", "name the exceptions, or raise again"
            )


def atomic_reads(source: Source) -> Iterator[Finding]:
    """Changes go through compare-and-set, so that state, inbox and outbox stay in one write."""
    if source.lies_in(WRITERS):
        return
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and node.attr.startswith("find_one_and_"):
            yield _finding(
                source, node, "compare-and-set", f"{node.attr} is used here", "use Documents.change or update_one"
            )


def names(source: Source) -> Iterator[Finding]:
    """A module's name says what is in it."""
    path = PurePosixPath(source.path)
    for part in (*path.parts[:-1], path.stem):
        if part in VAGUE_NAMES:
            yield Finding(
                source.path, 1, "telling-names", f"{part!r} says nothing", "name the module after what it is about"
            )


def secrets(source: Source) -> Iterator[Finding]:
    """A field that is named like a secret is a SecretStr, sealed, or a hash."""
    for node in source.nodes:
        if isinstance(node, ast.ClassDef):
            for field in _plain_secrets(node):
                where = f"{source.path}:{node.name}.{_name(field)}"
                if where not in PLAIN_SECRETS:
                    yield _finding(
                        source,
                        field,
                        "secrets-are-typed",
                        f"{node.name}.{_name(field)} holds plain text",
                        "make it SecretStr, Sealed or a hash, or name it for what it is",
                    )


def _plain_secrets(node: ast.ClassDef) -> Iterator[ast.AnnAssign]:
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and not _is_constant(field):
            words = re.split(r"_+", field.target.id)
            if SECRET_WORDS & set(words) and words[-1] not in NOT_SECRET_ENDINGS and _is_plain(field.annotation):
                yield field


def _is_constant(field: ast.AnnAssign) -> bool:
    """Upper case or a class variable: part of the program, not of a value."""
    return _name(field).isupper() or "ClassVar" in ast.unparse(field.annotation)


def _is_plain(annotation: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in PLAIN_TYPES for node in ast.walk(annotation))


def _name(field: ast.AnnAssign) -> str:
    return ast.unparse(field.target)


def _catches_all(node: ast.ExceptHandler, source: Source) -> bool:
    if node.type is None:
        return True
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(source.dotted(exception) in {"Exception", "BaseException"} for exception in caught)


def _raises(node: ast.ExceptHandler) -> bool:
    return any(isinstance(child, ast.Raise) for statement in node.body for child in ast.walk(statement))


def _finding(source: Source, node: ast.expr | ast.stmt | ast.ExceptHandler, rule: str, what: str, do: str) -> Finding:
    return Finding(source.path, node.lineno, rule, what, do)
