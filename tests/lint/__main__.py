"""Checks the repository, prints findings as a compiler does, and exits with 1 if there are any."""

import sys
from pathlib import Path

from tests.lint.repository import check

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    findings = check(ROOT)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
