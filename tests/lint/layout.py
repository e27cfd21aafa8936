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
OTHER_MEANING: Places = {
    "services/enrollment/policies/domain/linter/clauses.py": "codes of findings",
    "services/enrollment/web/help/methods.py": "names of topics",
    "**/examples.py": "examples of the API's documents",
}
"""Where the words are no types or kinds."""

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
    other = DISTINCT if source.lies_in(OTHER_MEANING) else _policy_words(source)
    for node in source.nodes:
        names = {*_names_asked(node), *(set(_named_at_all(node)) - other)}
        for name in sorted(names):
            yield Finding(
                source.path,
                getattr(node, "lineno", 1),
                "methods-in-their-folders",
                f"{name!r} is named here",
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
            words = SHARED_WORDS if any(_is_typed(operand) for operand in operands) else frozenset[str]()
            yield from (name for operand in operands for name in _texts(operand) if name in words)
        case ast.Match():
            words = SHARED_WORDS if _is_typed(node.subject) else frozenset[str]()
            patterns = (found for case in node.cases for found in ast.walk(case.pattern))
            yield from (name for found in patterns for name in _pattern_texts(found) if name in words)
        case ast.MatchClass(kwd_attrs=names, kwd_patterns=patterns):
            asked = (pattern for name, pattern in zip(names, patterns, strict=True) if name in TYPED)
            yield from (name for pattern in asked for name in _pattern_texts(pattern) if name in SHARED_WORDS)


def _named_at_all(node: ast.AST) -> Iterator[str]:
    """Also in a constant, a collection, an argument, a subscript or the name of a step."""
    match node:
        case ast.Constant(value=str(text)) if (name := text.partition(".")[0]) in DISTINCT:
            yield name
        case ast.keyword(arg=str(name)) if name in DISTINCT:
            yield name


def _policy_words(source: Source) -> set[str]:
    """What a comparison or a declaration of `NO_METHOD` says."""
    about = (
        part
        for node in source.nodes
        if isinstance(node, ast.Compare | ast.AnnAssign)
        and any(
            (isinstance(found, ast.Attribute) and found.attr in NO_METHOD)
            or (isinstance(found, ast.Name) and found.id in NO_METHOD)
            for found in ast.walk(node)
        )
        for part in ast.walk(node)
    )
    return {part.value for part in about if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def _is_typed(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Subscript(slice=ast.Constant(value=name)):
            return name in TYPED
    return False


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Set | ast.Tuple | ast.List):
        yield from (text for element in node.elts for text in _texts(element))


def _pattern_texts(pattern: ast.AST) -> Iterator[str]:
    if isinstance(pattern, ast.MatchValue):
        yield from _texts(pattern.value)
