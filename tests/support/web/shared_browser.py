"""One Chromium for all browser tests of a process; each page has a context of its own, which shares nothing."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

WINDOW = "BROWSER_WINDOW"
"""With this variable set, the browser shows its window and takes its time: to watch a test."""
SLOWLY_MS = 300.0


class SharedBrowser:
    """Started when it is first asked for. Until it is closed its driver holds the event loop of the thread, so that no
    coroutine can be run there. Playwright is imported then, too: `tests/conftest.py` has this module in every run."""

    def __init__(self) -> None:
        self._driver: Playwright | None = None
        self._browser: Browser | None = None

    def get(self) -> "Browser":
        """The running browser; a new one if it has crashed."""
        if self._browser is None or not self._browser.is_connected():
            from playwright.sync_api import sync_playwright

            self.close()
            self._driver = sync_playwright().start()
            self._browser = self._launched(self._driver)
        return self._browser

    def close(self) -> None:
        """End browser and driver, if they run."""
        if self._browser:
            self._browser.close()
        if self._driver:
            self._driver.stop()
        self._browser = self._driver = None

    def _launched(self, driver: "Playwright") -> "Browser":
        from tests.support.web.browser import CHROMIUM, FLAGS, headless

        if os.environ.get(WINDOW):
            flags = [flag for flag in FLAGS if flag != "--headless"]
            return driver.chromium.launch(executable_path=CHROMIUM, args=flags, headless=False, slow_mo=SLOWLY_MS)
        return driver.chromium.launch(executable_path=headless(), args=[*FLAGS])


SHARED = SharedBrowser()
