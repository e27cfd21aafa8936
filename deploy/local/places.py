"""Where things are: the repository, and what the launcher keeps in it under `.local/`, ignored by git."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / ".local"
"""The home of `make demo`; tests have homes of their own."""

KAFKA = LOCAL / "kafka"
KAFKA_LIBS = KAFKA / "libs"
KAFKA_ARCHIVE = KAFKA / "kafka.jsa"
KAFKA_FORMATTED = KAFKA / "formatted"
KAFKA_STAMP = KAFKA / "installed"
BUILT_PROGRAMS = LOCAL / "bin"
VENV_PROGRAMS = Path(sys.executable).parent
"""The programs of the virtual environment that runs the launcher."""
