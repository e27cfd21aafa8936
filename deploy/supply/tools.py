"""The programs behind `make lock` and `make audit`, in an environment of their own: nothing else needs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.places import LOCAL, ROOT
from deploy.supply.locks import TOOLS

ENVIRONMENT = LOCAL / "lock"
STAMP = ENVIRONMENT / "installed"

PASSED_ON = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
"""Settings of pip that uv does not read, and its names for them."""


def tool(name: str) -> Path:
    """The program's path, installed by its lock when that has changed.

    Raises:
        StackError: it could not be installed.
    """
    lock = TOOLS.path.read_text("utf-8")
    if not STAMP.exists() or STAMP.read_text("utf-8") != lock:
        python = ENVIRONMENT / "bin" / "python"
        pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run((sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)))
        run((*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(TOOLS.path)))
        STAMP.write_text(lock, "utf-8")
    return ENVIRONMENT / "bin" / name


def run(command: tuple[str, ...], environment: dict[str, str] | None = None) -> None:
    """Run it in the root of the repository; it says by itself what is wrong.

    Raises:
        StackError: it failed.
    """
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, check=False)
    if done.returncode != 0:
        raise StackError(f"{Path(command[0]).name} ended with {done.returncode}; it says why above")


def index_of_pip() -> dict[str, str]:
    """What uv must be told so that it asks the index that pip asks."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list")
    shown = subprocess.run(pip, capture_output=True, text=True, check=False).stdout
    return passed_on(shown)


def passed_on(shown: str) -> dict[str, str]:
    """uv's variables from what `pip config list` prints; of several settings the environment's counts, as in pip."""
    found = re.findall(r"^(global|user|site|install|:env:)\.([a-z-]+)='(.*)'$", shown, flags=re.MULTILINE)
    ranked = sorted(found, key=lambda setting: setting[0] == ":env:")
    return {PASSED_ON[name]: value for _, name, value in ranked if name in PASSED_ON}
