"""The templates: each has the line by which browsers fill the code in."""

import pytest

from services.notifier.channels import CHANNELS
from services.notifier.texts import TEMPLATES, Texts

WORDLESS = {"push", "whatsapp"}
"""Channels whose words are the app's own, or a template's at the provider."""
VALUES = {"organization": "Northbridge", "code": "012345", "minutes": 5, "host": "localhost", "length": "full"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("sms/*.txt")), ids=lambda path: str(path.stem))
def test_the_last_line_binds_the_code_to_the_host(path: object) -> None:
    lines = Texts("sms").render(str(getattr(path, "stem", "")), **VALUES).split("\n")
    assert lines[-2:] == ["", "@localhost #012345"]
    assert "Northbridge" in lines[0]


@pytest.mark.parametrize("channel", sorted(CHANNELS.keys() - WORDLESS))
def test_every_channel_with_words_speaks_english(channel: str) -> None:
    assert "en" in {path.stem for path in (TEMPLATES / channel).rglob("*.txt")}


@pytest.mark.parametrize("locale", ["en", "en-GB", "EN-us-x-private", "xx", "", "../../etc/passwd", "-"])
def test_an_unknown_language_falls_back_to_english(locale: str) -> None:
    assert Texts("sms").render(locale, **VALUES).startswith("012345 is your Northbridge code.")


def test_one_minute_is_singular() -> None:
    assert "works for 1 minute." in Texts("sms").render("en", **{**VALUES, "minutes": 1})


def test_values_are_no_templates() -> None:
    assert "{{ code }}" in Texts("sms").render("en", **{**VALUES, "organization": "{{ code }}"})


def test_a_text_fits_into_one_segment() -> None:
    assert len(Texts("sms").render("en", **VALUES)) <= 160
