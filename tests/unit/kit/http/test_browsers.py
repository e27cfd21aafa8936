"""What browsers really send, by what we call them."""

import re
from pathlib import Path

import pytest
from fastapi import Request

from services.kit.http.browsers import BROWSERS, LONGEST, SYSTEMS, BrowserName, browser_of

ROOT = Path(__file__).parents[4]
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS, MAC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
ANDROID, LINUX = "Mozilla/5.0 (Linux; Android 10; K)", "Mozilla/5.0 (X11; Linux x86_64)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


def named(agent: str, brands: str = "", platform: str = "") -> BrowserName:
    said = {"user-agent": agent, "sec-ch-ua": brands, "sec-ch-ua-platform": platform}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in said.items() if value]
    return browser_of(Request({"type": "http", "headers": headers}))


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox", "Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox", "Linux"),
        ("Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox", "Android"),
        (f"{WINDOWS} {WEBKIT} Chrome/142.0.0.0 Safari/537.36", "Chrome", "Windows"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/142.0.0.0 Safari/537.36", "Chrome", "ChromeOS"),
        (f"{ANDROID} {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        (f"{WINDOWS} {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge", "Windows"),
        (f"{ANDROID} {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0", "Edge", "Android"),
        (f"{LINUX} {WEBKIT} Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0", "Opera", "Linux"),
        (
            f"{ANDROID} {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet",
            "Android",
        ),
        (f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", "Safari", "Mac"),
        (f"{IPHONE} Version/26.0 Mobile/15E148 Safari/604.1", "Safari", "iPhone"),
        (f"{IPHONE} CriOS/142.0.0.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"),
        (f"{IPHONE} FxiOS/145.0 Mobile/15E148 Safari/605.1.15", "Firefox", "iPhone"),
        ("curl/8.15.0", "", ""),
        ("", "", ""),
    ],
)
def test_browsers_are_known_by_what_they_send(agent: str, browser: str, system: str) -> None:
    assert named(agent) == (browser, system)


def test_the_app_calls_its_own_device_the_same() -> None:
    script = ROOT / "services" / "enrollment" / "authenticator" / "static" / "device-name.js"
    names = set(re.findall(r'\["([^"]+)", /', script.read_text("utf-8")))
    assert names
    assert names <= {*BROWSERS.values(), *SYSTEMS.values()}


def test_client_hints_come_first() -> None:
    brands = '"Microsoft Edge";v="142", "Chromium";v="142", "Not_A Brand";v="99"'
    agent = f"{WINDOWS} {WEBKIT} Chrome/142.0.0.0 Safari/537.36"
    assert named(agent, brands, '"macOS"') == ("Edge", "Mac")
    assert named(agent, '"Not_A Brand";v="99", "Chromium";v="142"', '"Unknown"') == ("Chrome", "Windows")


def test_what_is_said_is_never_kept_itself_and_a_long_word_is_cut() -> None:
    assert named("Firefox/<script>alert(1)</script>", '"Somebody\'s"', '"Else\'s"') == ("Firefox", "")
    assert named("x" * LONGEST + " Firefox/145.0 Windows NT") == ("", "")
