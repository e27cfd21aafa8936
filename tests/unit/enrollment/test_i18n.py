"""What is written as a language writes it."""

from contextvars import copy_context

import pytest

from services.enrollment.i18n import hours, minutes, read_in, seconds


@pytest.mark.parametrize(
    ("language", "durations"),
    [
        ("en", ("1 second", "5 minutes", "2 hours")),
        ("de", ("1 Sekunde", "5 Minuten", "2 Stunden")),
        ("ja", ("1 秒", "5 分", "2 時間")),
        ("ar", ("ثانية", "5 دقائق", "ساعتان")),
    ],
)
def test_a_duration_has_the_words_of_the_language(language: str, durations: tuple[str, str, str]) -> None:
    def read() -> tuple[str, str, str]:
        read_in(language)
        return seconds(1), minutes(5), hours(2)

    assert copy_context().run(read) == durations
