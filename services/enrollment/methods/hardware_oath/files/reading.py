"""A file of tokens, as it came from the manufacturer: PSKC or CSV."""

from pydantic import SecretBytes

from services.enrollment.methods.hardware_oath.domain.imported import ImportedToken
from services.enrollment.methods.hardware_oath.files.csv_file import read_csv
from services.enrollment.methods.hardware_oath.files.pskc import read_pskc

BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_tokens(content: bytes, key: SecretBytes | None = None) -> tuple[ImportedToken, ...]:
    """All tokens of the file; `key` is the pre-shared one of an encrypted PSKC file. Raises TokenFileError: with
    everything that is wrong with it; then none is given."""
    begin = content[:4]
    for mark in BYTE_ORDER_MARKS:
        begin = begin.removeprefix(mark)
    is_markup = content.lstrip()[:1] == b"<" or begin.strip(b"\0 \r\n\t")[:1] == b"<"
    return read_pskc(content, key) if is_markup else read_csv(content)
