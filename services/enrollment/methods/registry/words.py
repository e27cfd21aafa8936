"""The words of all methods: a line each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.enrollment.accounts.domain.account import Method
from services.enrollment.methods.authenticator_app.words import WORDS as AUTHENTICATOR_APP
from services.enrollment.methods.base.words import MethodWords, Name
from services.enrollment.methods.email.words import WORDS as EMAIL
from services.enrollment.methods.hardware_oath.words import WORDS as HARDWARE_OATH
from services.enrollment.methods.passkey.words import WORDS as PASSKEY
from services.enrollment.methods.phone.words import WORDS as PHONE
from services.enrollment.methods.recovery_codes.words import WORDS as RECOVERY_CODES
from services.enrollment.methods.security_questions.words import WORDS as SECURITY_QUESTIONS
from services.enrollment.methods.software_oath.words import WORDS as SOFTWARE_OATH
from services.enrollment.methods.temporary_access_pass.words import WORDS as TEMPORARY_ACCESS_PASS
from services.enrollment.web.words import with_mask

WORDS: Final[Mapping[str, MethodWords]] = MappingProxyType(
    {
        words.type: words
        for words in (
            AUTHENTICATOR_APP,
            SOFTWARE_OATH,
            HARDWARE_OATH,
            PHONE,
            EMAIL,
            SECURITY_QUESTIONS,
            PASSKEY,
            RECOVERY_CODES,
            TEMPORARY_ACCESS_PASS,
        )
    }
)
"""By the type of method."""


def name_of(method: Method) -> Name:
    return WORDS[method.type].name_of(method.phone_type)


def detail_of(method: Method) -> str:
    """Which one of its type it is, in the reader's language: what is stored of it is English."""
    return WORDS[method.type].shown(method.display_name)


def shown_name(method_type: str | None, display_name: str | None) -> str | None:
    """The same of a type and a stored name, as events and notices have them."""
    words = WORDS.get(method_type or "")
    return words.shown(display_name) if words and display_name else display_name


def title_of(method: Method) -> str:
    """What a method is, and how the person calls it: for a choice among several."""
    return with_mask(name_of(method).label, method.name)


def proof_of(method: Method) -> str:
    """What the person has to do to prove it."""
    words = WORDS[method.type]
    where = (method.name if words.is_known_by_device else None) or detail_of(method)
    return words.prove_by.get(method.delivery or "", words.prove).format(where=where)


def label_of(method: Method) -> str:
    """How the person knows a method: by the name that they gave it, else by what it is."""
    words = WORDS[method.type]
    return method.name or (detail_of(method) if words.is_known_by_device else name_of(method).label)
