"""Where things lie: what belongs to a method lies in its folder, and no folder or file outgrows a screen."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tests.lint.source import Finding, Places, Source

ROOMS: Places = {
    "services/enrollment/methods/*": "a folder a method",
    "services/enrollment/proofs/*": "kinds of proof that several methods share",
}
DISTINCT = frozenset(
    {
        "authenticatorApp",
        "softwareOath",
        "hardwareOath",
        "securityQuestions",
        "passkey",
        "recoveryCodes",
        "recoveryCode",
    }
    | {"temporaryAccessPass", "pushApproval", "totp", "hotp"}
)
"""Types of methods and kinds of proof that are nothing else."""

SHARED_WORDS = frozenset({"phone", "email", "code", "call"})
"""Those that are a channel, an action or a field as well: only beside a type or a kind they name a method."""

TYPED = frozenset({"type", "kind", "method_type"})
NO_METHOD = frozenset({"registration_proof"})
"""What may have such a value and means something else: what policy asks for before the first registration."""

MOST_MODULES = 16
MOST_LINES = 320


def method_names(source: Source) -> Iterator[Finding]:
    """Nobody asks which type or kind it is but the method's own folder."""
    if not source.path.startswith("services/enrollment/") or source.lies_in(ROOMS):
        return
    for node in source.nodes:
        for name in sorted(set(_names_asked(node))):
            yield Finding(
                source.path,
                getattr(node, "lineno", 1),
                "methods-in-their-folders",
                f"{name!r} is told apart here",
                "let the method say it: a trait or a strategy in services/enrollment/methods/base",
            )


def lengths(source: Source) -> Iterator[Finding]:
    """A module is read as a whole."""
    last = max((getattr(node, "end_lineno", 0) or 0 for node in source.tree.body), default=0)
    if last > MOST_LINES:
        yield Finding(source.path, last, "short-files", f"{last} lines", f"split it; {MOST_LINES} are the most")


def folders(paths: Iterable[str]) -> Iterator[Finding]:
    """A folder is overlooked at a glance."""
    counted = Counter(str(PurePosixPath(path).parent) for path in paths if not path.endswith("__init__.py"))
    for folder, count in counted.items():
        if count > MOST_MODULES:
            remedy = f"group them by subject; {MOST_MODULES} are the most"
            yield Finding(folder, 1, "small-folders", f"{count} modules lie side by side", remedy)


def _names_asked(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare():
            operands = [node.left, *node.comparators]
            if any(isinstance(operand, ast.Attribute) and operand.attr in NO_METHOD for operand in operands):
                return
            words = DISTINCT | (SHARED_WORDS if any(_is_typed(operand) for operand in operands) else set())
            yield from (name for operand in operands for name in _texts(operand) if name in words)
        case ast.Match():
            words = DISTINCT | (SHARED_WORDS if _is_typed(node.subject) else set())
            patterns = (found for case in node.cases for found in ast.walk(case.pattern))
            yield from (name for found in patterns for name in _pattern_texts(found) if name in words)
        case ast.Dict():
            yield from (name for key in node.keys if key for name in _texts(key) if name in DISTINCT)
        case ast.Call(func=ast.Name(id="frozenset")) if node.args:
            yield from (name for name in _texts(node.args[0]) if name in DISTINCT)


def _is_typed(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in TYPED) or (isinstance(node, ast.Name) and node.id in TYPED)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Set | ast.Tuple | ast.List):
        yield from (text for element in node.elts for text in _texts(element))


def _pattern_texts(pattern: ast.AST) -> Iterator[str]:
    if isinstance(pattern, ast.MatchValue):
        yield from _texts(pattern.value)
