"""What a run leaves: docs/reliability.md and a JSON, or, where nobody asked for those, a JSON beside the logs.

Written after each fault, so that a run that is interrupted leaves what it found out.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.places import LOCAL, ROOT
from tests.faults.report import Done, json_of, markdown_of

PAGE = ROOT / "docs" / "reliability.md"
FIGURES = ROOT / "docs" / "benchmarks"
UNASKED = LOCAL / "faults"


def save(done: Sequence[Done], about: Mapping[str, object], *, as_docs: bool) -> Path:
    """Write what is known so far; where the page or the JSON is."""
    folder = FIGURES if as_docs else UNASKED
    folder.mkdir(parents=True, exist_ok=True)
    day = str(about["measured at"])[:10]
    figures = folder / f"faults-{day}.json"
    figures.write_text(json.dumps(json_of(done, about), indent=2) + "\n", "utf-8")
    if not as_docs:
        return figures
    PAGE.write_text(markdown_of(done, about), "utf-8")
    return PAGE
