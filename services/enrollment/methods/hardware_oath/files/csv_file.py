"""Tokens in a CSV file, one a line, with the columns of Microsoft Entra's upload."""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from services.enrollment.methods.hardware_oath.domain import imported
from services.enrollment.methods.hardware_oath.domain.imported import (
    ImportedToken,
    Placed,
    TokenFileError,
    TokenFinding,
    TokenValueError,
)

COLUMNS = (
    "serialNumber",
    "secretKey",
    "timeInterval",
    "manufacturer",
    "model",
    "counter",
    "algorithm",
    "digits",
)
REQUIRED = ("serialNumber", "secretKey")
IGNORED = ("upn",)
"""Entra's first column. People are known here by their id, and assigned on their own."""
USUAL_PERIOD = "30"
NAMES = {name.lower(): name for name in (*COLUMNS, *IGNORED)}
Row = Mapping[str, str]


def read_csv(content: bytes) -> tuple[ImportedToken, ...]:
    """All tokens of the file.

    Raises:
        TokenFileError: with everything that is wrong, line by line; then none is given.
    """
    try:
        rows = _numbered(content.decode("utf-8-sig"))
        _, titles = next(rows, (1, []))
        return imported.taken(_read(rows, _columns(titles)))
    except UnicodeDecodeError:
        raise TokenFileError([_of_file("it is not text in UTF-8", "save it as CSV in UTF-8")]) from None
    except csv.Error:
        raise TokenFileError([_of_file("it is no CSV", "separate values by commas, and close each quote")]) from None


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line that it begins on."""
    rows, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    for values in rows:
        yield line, values
        line = rows.line_num + 1


def _columns(titles: list[str]) -> tuple[str, ...]:
    """The names of the columns, however they are written: `serial number`, `serialNumber`, `Serial_Number`."""
    found = tuple(NAMES.get(re.sub(r"[\s_-]", "", title).lower(), "") for title in titles)
    findings = [
        _of_header(f"column {place} has no name that is known", f"name it one of {', '.join(COLUMNS)}")
        for place, name in enumerate(found, start=1)
        if not name
    ]
    findings += [
        _of_header(f"{name} stands there twice", "give each column once")
        for name in sorted(set(found) - {""})
        if found.count(name) > 1
    ]
    findings += [
        _of_header(f"there is no column {name}", "name the columns in the first line")
        for name in REQUIRED
        if name not in found
    ]
    if findings:
        raise TokenFileError(findings)
    return found


def _read(rows: Iterator[tuple[int, list[str]]], columns: tuple[str, ...]) -> Iterator[Placed | TokenFinding]:
    for line, values in rows:
        place = f"line {line}"
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(columns):
            yield TokenFinding(place, f"it has {len(values)} values", f"give {len(columns)}, as in the first line")
            continue
        yield _placed(place, dict(zip(columns, values, strict=True)))


def _placed(place: str, row: Row) -> Placed | TokenFinding:
    number = None
    try:
        number = imported.serial_number(row["serialNumber"])
        return Placed(place, _token(number, row))
    except TokenValueError as wrong:
        return TokenFinding(place, wrong.problem, wrong.remedy, number)


def _token(number: str, row: Row) -> ImportedToken:
    counts, interval = row.get("counter", "").strip(), row.get("timeInterval", "").strip()
    if counts and interval:
        raise TokenValueError(
            "it has a time interval and a counter", "give the one that the token has, and leave the other empty"
        )
    return ImportedToken(
        serial_number=number,
        secret=imported.typed_secret(row["secretKey"]),
        algorithm=imported.algorithm(row.get("algorithm", "")),
        digits=imported.digits(row.get("digits", "")),
        period=None if counts else imported.period(interval or USUAL_PERIOD),
        counter=imported.counter(counts) if counts else None,
        manufacturer=imported.name("manufacturer", row.get("manufacturer", "")),
        model=imported.name("model", row.get("model", "")),
    )


def _of_file(problem: str, remedy: str) -> TokenFinding:
    return TokenFinding("the file", problem, remedy)


def _of_header(problem: str, remedy: str) -> TokenFinding:
    return TokenFinding("line 1", problem, remedy)
