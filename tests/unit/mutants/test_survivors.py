"""Survivors as a person reads them."""

from tests.mutants.survivors import Survivor, markdown, survivor

SOURCE = '''"""A module."""


def mask(text: str) -> str:
    return text


class Box:
    def mask(self, text: str) -> str:
        # why
        return text
'''

DIFF = """--- services/a.py
+++ services/a.py
@@ -1,2 +1,2 @@
 def mask(text: str) -> str:
-    return text
+    return None
"""

DROPPED = """--- services/a.py
+++ services/a.py
@@ -1,3 +1,2 @@
 def mask(self, text: str) -> str:
     # why
-        return text
"""


def _found(function: str, diff: str) -> Survivor:
    name = "services.a.x_mask__mutmut_1"
    return survivor("services/a.py", name, "survived", function=function, diff=diff, source=SOURCE)


def test_a_survivor_says_where_it_is_and_what_became_of_the_line() -> None:
    assert str(_found("mask", DIFF)) == "services/a.py:5: mask: return text  →  return None"


def test_a_method_is_found_in_its_class() -> None:
    assert str(_found("Box.mask", DROPPED)) == "services/a.py:11: Box.mask: return text  →  (dropped)"


def test_a_line_that_mutmut_writes_otherwise_is_that_of_its_function() -> None:
    assert _found("mask", DIFF.replace("return text", "return (text)")).line == 4


def test_all_are_listed_by_file_as_diffs() -> None:
    text = markdown([_found("Box.mask", DROPPED), _found("mask", DIFF)])
    assert text.count("## services/a.py") == 1
    assert text.index("5, `mask`, survived (`services.a.x_mask__mutmut_1`)") < text.index("11, `Box.mask`")
    assert "```diff\n- return text\n+ return None\n```" in text
