"""What the values of the file may be."""

from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


class Closed(BaseModel):
    """A part of the file, with names in camel case; one that nobody reads is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


def _one_line(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("must be one line of what can be seen, without spaces around it")
    return text


def _deliverable(address: str) -> str:
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        raise ValueError("is no address that a mail can come from") from None
    return address


Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_one_line)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A primary subtag (BCP 47), such as `de`."""
Sentences = Sentence | Annotated[Mapping[Language, Sentence], Field(min_length=1)]
"""A sentence, or one a language."""
WebAddress = Annotated[
    str, StringConstraints(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[!-~]+$", max_length=500)
]
"""Of a page; without TLS on this machine only."""
MailAddress = Annotated[
    str,
    StringConstraints(max_length=90, pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"),
    AfterValidator(_deliverable),
]
TextSender = Annotated[
    str, StringConstraints(pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{3,6}|[A-Za-z][A-Za-z0-9 ]{0,9}[A-Za-z0-9])$")
]
"""A number in E.164, a short code, or up to 11 letters, digits and spaces that begin with a letter (3GPP TS 23.040,
section 9.1.2.5)."""
