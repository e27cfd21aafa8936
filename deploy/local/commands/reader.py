"""Fetches the reader of QR codes that the authenticator app gives to browsers without one (ADR 0011)."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.places import ROOT

APP = ROOT / "services" / "enrollment" / "authenticator"
NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

Say = Callable[[str], None]


def install_reader(say: Say, app: Path = APP, *, search: str | None = None) -> None:
    """Fetch it unless it is there. Without npm (on `search`, or PATH) the app works too, and so it is said.

    Raises:
        StackError: npm could not fetch it.
    """
    if is_current(app):
        return
    if shutil.which("npm", path=search) is None:
        say(
            "npm missing: the authenticator app will scan QR codes only in browsers that read them by themselves; "
            "codes can be typed in any. For all browsers: apt-get install npm, then make install"
        )
        return
    say("fetching the reader of QR codes (once)")
    done = subprocess.run(NPM, cwd=app, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reasons = done.stderr.strip().splitlines() or ["no reason given"]
        raise StackError(f"npm could not fetch the reader of QR codes: {reasons[0]}")


def is_current(app: Path) -> bool:
    """Whether what is installed has the wanted version."""
    installed = app / "node_modules" / "qr" / "package.json"
    wanted = json.loads((app / "package.json").read_text("utf-8"))["dependencies"]["qr"]
    return installed.is_file() and json.loads(installed.read_text("utf-8"))["version"] == wanted
