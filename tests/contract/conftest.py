"""Fixtures of pages on a stage, for the tests of what they look like and of what they tell; and silence."""

from tests.support.silence import silent
from tests.support.web.staged_pages import bare, browser, pages

__all__ = ["bare", "browser", "pages", "silent"]
