"""The merged log at the terminal."""

import io

import pytest

from deploy.local.output import Terminal, merged_line


def test_a_line_stands_behind_the_name_of_its_part() -> None:
    assert merged_line("kafka", "started", colour=False) == "kafka       │ started"


@pytest.mark.parametrize(
    "line", ["handset text sent", "handset: text sent", "handset │ text sent", "\x1b[34mhandset\x1b[0m text sent"]
)
def test_a_part_that_names_itself_is_not_named_twice(line: str) -> None:
    assert merged_line("handset", line, colour=False) == "handset     │ text sent"


def test_a_word_that_begins_like_the_name_stays() -> None:
    assert merged_line("handset", "handsets are ready", colour=False) == "handset     │ handsets are ready"


def test_colours_are_for_terminals_only() -> None:
    assert "\x1b" not in merged_line("verifier", "\x1b[31mrefused\x1b[0m", colour=False)
    assert "\x1b[31mrefused" in merged_line("verifier", "\x1b[31mrefused\x1b[0m", colour=True)


def test_the_launcher_says_when() -> None:
    times = iter([100.0, 102.5])
    stream = io.StringIO()

    Terminal(stream, clock=lambda: next(times))("stack", "kafka is ready")

    assert stream.getvalue() == "stack       │   2.5 s  kafka is ready\n"
