"""The integration guide as a reader follows it: its code, and the commands that it tells to run."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = DOCS / "integration.md"
EXAMPLES = DOCS / "examples"


def blocks(language: str) -> list[str]:
    """The guide's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """The guide's commands, in words."""
    return [line.split() for block in blocks("sh") for line in block.splitlines()]


def variables() -> set[str]:
    """The environment variables that the guide names for the examples."""
    return set(re.findall(r"^\| `(SECURITY_INFO_\w+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE))
