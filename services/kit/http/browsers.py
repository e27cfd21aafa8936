"""What a browser calls itself: coarse, without a version, and in our own words alone.

By client hints (W3C "User-Agent Client Hints", low entropy) where it sends them, else by `User-Agent` (RFC 9110,
section 10.1.5). A small table and no library: the maintained rules know a thousand names, take a second of the event
loop to be compiled and 8 ms for a header that fits none, and people need no more than this to know their browsers.
The authenticator app names its own device by the same words (`device-name.js`).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from fastapi import Request

LONGEST: Final = 512
"""Characters that are looked at; browsers send half of that."""

BRANDS: Final[Mapping[str, str]] = {
    '"Microsoft Edge"': "Edge",
    '"Opera"': "Opera",
    '"Samsung Internet"': "Samsung Internet",
    '"Google Chrome"': "Chrome",
}
"""By what stands in `Sec-CH-UA`."""
BROWSERS: Final[Mapping[str, str]] = {
    "Edg/": "Edge",
    "EdgA/": "Edge",
    "EdgiOS/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""By what stands in `User-Agent`; most of them name those below them as well."""
PLATFORMS: Final[Mapping[str, str]] = {
    '"Windows"': "Windows",
    '"macOS"': "Mac",
    '"Android"': "Android",
    '"Chrome OS"': "ChromeOS",
    '"Linux"': "Linux",
}
"""By `Sec-CH-UA-Platform`; "iOS" is left to `User-Agent`, which knows iPhones from iPads."""
SYSTEMS: Final[Mapping[str, str]] = {
    "Windows NT": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Macintosh": "Mac",
    "Linux": "Linux",
}
"""By what stands in `User-Agent`. Safari of an iPad says that it is a Mac."""


class BrowserName(NamedTuple):
    """As "Firefox" and "Windows"; empty where it is none of those that are known."""

    browser: str = ""
    system: str = ""


def browser_of(request: Request) -> BrowserName:
    """What the browser of a request calls itself. It proves nothing: anybody can say so."""

    def said(header: str) -> str:
        return request.headers.get(header, "")[:LONGEST]

    agent = said("user-agent")
    browser = _first(BRANDS, said("sec-ch-ua")) or _first(BROWSERS, agent)
    system = _first(PLATFORMS, said("sec-ch-ua-platform")) or _first(SYSTEMS, agent)
    return BrowserName(browser, system)


def _first(table: Mapping[str, str], said: str) -> str:
    return next((name for mark, name in table.items() if mark in said), "")
