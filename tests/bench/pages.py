"""The wizard as a browser asks for it: how long a page takes, how many bytes and requests the first one is."""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from deploy.local.stack import LocalStack
from tests.bench.figures import Figures
from tests.bench.usage import usage_of
from tests.support.people.api import Platform, Somebody

TIMES = 50
"""Below the forms that a session may send in a minute."""
HIDDEN = re.compile(r'<input type="hidden" name="(session|csrf|step)" value="([^"]*)">')
IMPORTED = re.compile(r'^import [^"]*"(\./[^"]+)";', re.MULTILINE)
LINKED = re.compile(r'<(?:link[^>]+href|script[^>]+src|img[^>]+src)="([^"]+)"')


@dataclass(frozen=True)
class Pages:
    """Milliseconds of a GET and of a POST, with the CPU of one; bytes and requests of the first page, with all that it
    loads."""

    get: Figures
    post: Figures
    cpu: float
    first_bytes: int
    first_requests: int


def measured(stack: LocalStack) -> Pages:
    """Somebody new begins to register a phone; the same page then again and again, and the form with a wrong number."""
    started = Somebody(Platform(stack), f"frontline.{secrets.token_hex(6)}").sign_in("frontline")["url"]
    with httpx.Client(follow_redirects=True, timeout=20) as browser:
        first = browser.get(started)
        first.raise_for_status()
        size, requests = _weight(first, browser)
        page = _next(browser, first, action="next")
        fields = dict(HIDDEN.findall(page.text)) | {
            "country": "GB",
            "number": "12",
            "delivery": "sms",
            "action": "next",
        }
        process = stack.pid("enrollment")
        before = usage_of(process).cpu
        gets = _repeated(lambda: browser.get(page.url))
        posts = _repeated(lambda: browser.post(page.url, data=fields))
        cpu = (usage_of(process).cpu - before) * 1000 / (2 * TIMES)
    return Pages(Figures.of(gets), Figures.of(posts), round(cpu, 2), size, requests)


def _next(browser: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
    answer = browser.post(page.url, data=dict(HIDDEN.findall(page.text)) | fields)
    answer.raise_for_status()
    return answer


def _repeated(ask: Callable[[], httpx.Response]) -> list[float]:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code >= 500 or answer.status_code == 429:
            answer.raise_for_status()
    return took


def _weight(page: httpx.Response, browser: httpx.Client) -> tuple[int, int]:
    """Bytes as they were sent, and requests: the page, what it links to, and what its scripts import."""
    answers = {str(page.url): page}
    waiting = _linked(page)
    while waiting:
        address = waiting.pop()
        if address not in answers:
            answers[address] = browser.get(address).raise_for_status()
            waiting |= _linked(answers[address])
    return sum(answer.num_bytes_downloaded for answer in answers.values()), len(answers)


def _linked(answer: httpx.Response) -> set[str]:
    kind = answer.headers["content-type"]
    pattern = LINKED if kind.startswith("text/html") else IMPORTED if kind.startswith("text/javascript") else None
    found = pattern.findall(answer.text) if pattern else []
    return {urljoin(str(answer.url), one) for one in found if not one.startswith("data:")}
