"""How dead letters read on a terminal."""

from services.cli.dead_letters import details, headers, row
from services.kit.kafka.dead_letters import DeadLetter
from services.kit.kafka.record import RawHeaders, Record


def a_letter(*, reason: str = "body: json_invalid", original: RawHeaders = (("ce_type", b"CodeSent"),)) -> DeadLetter:
    record = Record("security-info.dead-letters", 0, 17, b"northbridge/sam", original, None)
    return DeadLetter(
        "0-17",
        "security-info.deliveries",
        3,
        42,
        reason,
        "enrollment",
        has_body=False,
        is_cut=False,
        record=record,
    )


def test_a_row_says_where_it_came_from_and_why() -> None:
    assert row(a_letter()).split() == [
        "0-17",
        "enrollment",
        "security-info.deliveries/3@42",
        "CodeSent",
        "body:",
        "json_invalid",
    ]


def test_a_record_cannot_steer_the_terminal() -> None:
    letter = a_letter(reason="\x1b[2Jgone", original=(("ce_type", b"\x1b[31m"), ("x\x07", b"a\nb")))

    shown = row(letter) + "".join(details(letter).values()) + "".join(headers(letter)) + str(headers(letter).values())

    assert shown.isprintable()


def test_headers_that_are_no_text_are_counted() -> None:
    letter = a_letter(original=(("ce_id", b"\xff\xfe"), ("traceparent", None)))

    assert dict(headers(letter)) == {"ce_id": "(2 bytes that are no text)", "traceparent": "(null)"}
