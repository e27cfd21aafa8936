"""Help pages: whole, in plain sight from where they are needed, and there for whoever asks."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from markupsafe import escape
from pydantic import AnyHttpUrl

import services.enrollment
from services.enrollment.methods.registry.words import WORDS
from services.enrollment.web.help import pages as help_pages
from services.enrollment.web.help.methods import METHODS
from services.enrollment.web.help.topics import GROUPS, TOPICS
from services.enrollment.web.rendering import Pages
from tests.support.web.pages import sample_views
from tests.support.web.sample_frame import FRAME
from tests.support.web.sample_sites import help_view

ENROLLMENT = Path(services.enrollment.__file__).parent
SOURCES = sorted(path for name in ("*.py", "templates/*.html") for path in ENROLLMENT.rglob(name))
HELP_LINK = re.compile(r"""["'](/help(?:/([^"'{]*))?)["']""")
LONGEST_SENTENCE = 220
PROOFS = [name for name in sample_views() if name.startswith("prove-")]


@pytest.fixture
async def visitor() -> AsyncIterator[AsyncClient]:
    """Somebody without a session."""
    app = FastAPI()
    origin = "http://localhost:8000"
    settings = SimpleNamespace(public_url=AnyHttpUrl(origin), authenticator_origin=origin)
    app.state.components = SimpleNamespace(settings=settings)
    app.include_router(help_pages.router)
    async with AsyncClient(transport=ASGITransport(app), base_url=origin) as client:
        yield client


def test_every_link_to_help_has_its_page() -> None:
    linked = {name for path in SOURCES for _, name in HELP_LINK.findall(path.read_text("utf-8")) if name}
    assert linked <= TOPICS.keys()
    assert {
        "install-authenticator",
        "add-account-by-hand",
        "sign-in",
        "reset-password",
        "cant-sign-in",
        "change-method",
    } <= linked


def test_every_method_has_a_page_of_its_name() -> None:
    labels = [words.name.label for words in WORDS.values()]
    assert [topic.name.replace("-", " ") for topic in METHODS] == [label.lower() for label in labels]
    assert [topic.title for topic in METHODS] == labels


@pytest.mark.parametrize("name", TOPICS)
def test_a_page_is_a_short_list_of_steps_and_leads_on(name: str) -> None:
    topic = TOPICS[name]
    assert 3 <= len(topic.steps) <= 7
    assert topic.related
    assert set(topic.related) <= TOPICS.keys() - {name}
    for text in (topic.about, *topic.steps, *topic.good_to_know):
        assert text.endswith((".", "?"))
        assert text.count("**") % 2 == 0
        assert all(len(sentence) <= LONGEST_SENTENCE for sentence in re.split(r"(?<=[.?!]) ", text))


def test_names_are_unique() -> None:
    assert len(TOPICS) == sum(len(topics) for _, topics in GROUPS) == 15


@pytest.mark.parametrize(
    ("page", "topic"),
    [
        ("download", "install-authenticator"),
        ("scan-manual", "add-account-by-hand"),
        ("software", "other-authenticator-app"),
        ("hardware-token", "hardware-token"),
        ("success", "sign-in"),
        ("success", "reset-password"),
        ("success", "cant-sign-in"),
        ("success", "change-method"),
        ("manage", "change-method"),
        ("ended", "sign-in"),
        *((name, "cant-sign-in") for name in PROOFS),
    ],
)
def test_pages_link_to_the_help_that_they_need(page: str, topic: str) -> None:
    assert TOPICS[topic].href in links_of(Pages().render(sample_views()[page]))


@pytest.mark.parametrize("name", ["code", "call", "try", "app-code", "choose"])
def test_setting_up_is_no_place_for_help_with_signing_in(name: str) -> None:
    assert "/help/cant-sign-in" not in links_of(Pages().render(sample_views()[name]))


def test_words_of_buttons_stand_out() -> None:
    page = Pages().render(help_view("add-account-by-hand", FRAME))
    assert "<b>Can&#39;t scan the QR code</b>" in page
    assert "**" not in page


def test_a_name_of_an_organisation_does_not_become_markup() -> None:
    page = Pages().render(help_view("sign-in", replace(FRAME, organization="<script>x</script>")))
    assert "<script>x" not in page


async def test_everybody_finds_every_page(visitor: AsyncClient) -> None:
    listed = await visitor.get("/help")
    assert listed.status_code == 200
    assert {topic.href for topic in TOPICS.values()} <= links_of(listed.text)
    for topic in TOPICS.values():
        page = await visitor.get(topic.href)
        assert page.status_code == 200
        assert escape(topic.title) in page.text
        assert "/help" in links_of(page.text)
        assert 'name="session"' not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["cache-control"] == "no-store"


async def test_where_the_app_is_stands_on_its_page(visitor: AsyncClient) -> None:
    page = await visitor.get("/help/install-authenticator")
    assert "http://localhost:8000/authenticator" in links_of(page.text)


@pytest.mark.parametrize("name", ["nothing", "sign-in.html", "<script>", "Sign-In", "x" * 2000])
async def test_an_unknown_page_says_so_and_leads_to_the_list(visitor: AsyncClient, name: str) -> None:
    page = await visitor.get(f"/help/{name}")
    assert page.status_code == 404
    assert "There is no such help page" in page.text
    assert "/help" in links_of(page.text)
    assert name not in page.text


def links_of(html: str) -> set[str]:
    """Where the page leads to."""
    found: set[str] = set()

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update(value for name, value in attrs if tag == "a" and name == "href" and value)

    Links().feed(html)
    return found
