"""What the tests need besides Python packages."""

import shutil

from deploy.local.errors import StackError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def refuse_missing_browser() -> None:
    """Check that a Chromium is there.

    Raises:
        StackError: says how to get it.
    """
    if not any(map(shutil.which, BROWSERS)):
        raise StackError("Chromium missing, needed for the browser tests: apt-get install chromium")
