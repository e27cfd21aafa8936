"""What people read is marked where it is written, so that a catalogue has it."""

import ast
import re
from collections.abc import Iterator

from tests.lint.source import Finding, Places, Source

WORDS: Places = {"services/enrollment/*/words.py": "the words of pages"}
UNMARKED: Places = {
    "services/enrollment/web/operations/*": "administrators read English",
}
MARKS = frozenset({"_", "ngettext", "ngettext_lazy"})
SENTENCE = re.compile(r"[^\W\d_] [^\W\d_]")
"""A space between letters: a name of the API has none."""


def marked(source: Source) -> Iterator[Finding]:
    """A text in a module of words is the argument of a mark. One word alone may be a name, and is left to the test that
    shows every page in a language of brackets."""
    if not source.lies_in(WORDS) or source.lies_in(UNMARKED):
        return
    fine = {id(text) for node in source.nodes for text in _marked_or_docstring(node)}
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or id(node) in fine:
            continue
        if isinstance(node.value, str) and SENTENCE.search(node.value):
            yield Finding(
                source.path,
                node.lineno,
                "texts-are-marked",
                f"{ast.unparse(node)[:40]} is in no catalogue",
                "mark it by `_` or `ngettext_lazy` (docs/languages.md)",
            )


def _marked_or_docstring(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
        yield from node.args
