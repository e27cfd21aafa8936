"""Phone numbers and extensions as people type them."""

import pytest

from services.enrollment.methods.phone.domain import Range, national_format, parse_extension, parse_number, region_of
from services.kit.errors import ProblemError

FICTIONAL = ("+447700900",)


def _refusal(text: str, region: str | None, **options: object) -> tuple[str, str | None]:
    with pytest.raises(ProblemError) as refused:
        parse_number(text, region, **options)  # type: ignore[arg-type]
    return refused.value.code, refused.value.detail


@pytest.mark.parametrize(("text", "region"), [("020 7946 0018", "GB"), ("+44 20 7946 0018", None)])
def test_a_number_is_brought_into_one_form_and_masked(text: str, region: str | None) -> None:
    number = parse_number(text, region, texts=False)
    assert (number.e164, number.masked) == ("+442079460018", "+44 •••• ••0018")


def test_a_number_in_the_form_of_its_country_needs_the_country() -> None:
    assert _refusal("020 7946 0018", None) == ("phoneNumberInvalid", None)


def test_a_landline_takes_no_text_messages() -> None:
    assert _refusal("020 7946 0018", "GB") == ("phoneNumberNotAllowed", "This number cannot receive text messages.")


def test_a_mobile_phone_takes_text_messages() -> None:
    assert parse_number("+44 7400 123456", "GB").masked == "+44 •••• ••3456"


@pytest.mark.parametrize(
    ("text", "region"),
    [("07700 90014", "GB"), ("07700 900142", "JE"), ("+447700900142", "FR"), ("+4477009001423", None)],
)
def test_a_fictional_number_is_of_its_country_and_length(text: str, region: str | None) -> None:
    assert _refusal(text, region, fictional=FICTIONAL) == ("phoneNumberInvalid", None)


def test_a_fictional_number_needs_no_country() -> None:
    assert parse_number("+447700900142", None, fictional=FICTIONAL).masked == "+44 •••• ••0142"


def test_a_text_of_more_than_forty_characters_is_no_number() -> None:
    long = "+44 7400 123456".ljust(40)
    assert parse_number(long, None).e164 == "+447400123456"
    assert _refusal(f"{long} ", None) == ("phoneNumberInvalid", None)


def test_the_number_of_another_country_is_refused() -> None:
    assert _refusal("+33 6 12 34 56 78", "GB") == ("phoneNumberInvalid", None)


@pytest.mark.parametrize(("text", "digits"), [("", ""), ("  ", ""), (" 0142 ", "0142"), ("1" * 11, "1" * 11)])
def test_an_extension_is_up_to_eleven_digits(text: str, digits: str) -> None:
    assert parse_extension(text) == digits


@pytest.mark.parametrize("text", ["1" * 12, "12a", "-1", "١٢", "²"])
def test_anything_else_is_no_extension(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_extension(text)
    assert refused.value.code == "phoneNumberInvalid"
    assert refused.value.detail == "An extension is up to 11 digits."


def test_a_number_lives_in_a_region_and_is_written_as_there() -> None:
    assert region_of("+442079460018") == "GB"
    assert national_format("+442079460018") == "020 7946 0018"


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("12345", "GB", "phoneNumberInvalid"),
        ("+33 6 12 34 56 78", "GB", "phoneNumberInvalid"),
        ("+1 900 555 0123", "US", "phoneNumberNotAllowed"),
        ("", "GB", "phoneNumberInvalid"),
    ],
)
def test_a_number_that_cannot_be_used_has_its_code(text: str, region: str, code: str) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_number(text, region)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "region", "kind"), [("+1 900 555 0123", "US", "premium"), ("056 1234 5678", "GB", "virtual")]
)
def test_premium_and_virtual_numbers_are_taken_where_the_organisation_allows_them(
    text: str, region: str, kind: Range
) -> None:
    other: Range = "virtual" if kind == "premium" else "premium"
    with pytest.raises(ProblemError) as refused:
        parse_number(text, region, texts=False, allowed=(other,))
    assert refused.value.code == "phoneNumberNotAllowed"
    assert parse_number(text, region, texts=False, allowed=(kind,)).masked.endswith(text[-4:].replace(" ", ""))


def test_a_fictional_number_is_taken_where_the_configuration_says_so() -> None:
    number = parse_number("07700 900142", "GB", fictional=("+447700900",))
    assert (number.e164, number.masked) == ("+447700900142", "+44 •••• ••0142")
