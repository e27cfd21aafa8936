"""Every text is there in each language, with the same places to fill in."""

import gettext
import re
import unicodedata
from typing import Final

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from deploy.messages import empty_texts, extracted, forms, path_of
from services.enrollment.i18n import LANGUAGES, NUMBERS, SOURCE

PLACES: Final = re.compile(r"\{\w*\}|%\(\w+\)s|\*\*")
IN_BOLD: Final = re.compile(r"\*\*([^*]+)\*\*")
SELECTED: Final = re.compile(r"[Ss]elect (Next|Try again|Resend)\b")
VOWEL_SIGNS: Final = "[\u064b-\u0652]"
TERMS: Final = {
    r"security info\b": (
        "sicherheitsinformation",
        "información de seguridad",
        "informations de sécurité",
        "セキュリティ情報",
        "معلومات الأمان",
    ),
    r"\bpasskeys?\b": ("passkey", "claves? de acceso", "clés? d’accès", "パスキー", "(مفتاح|مفاتيح) (ال)?مرور"),
    r"security questions": (
        "sicherheitsfragen",
        "preguntas de seguridad",
        "questions de sécurité",
        "秘密の質問",
        "أسئلة الأمان",
    ),
    r"recovery codes?": (
        "wiederherstellungscode",
        "códigos? de recuperación",
        "codes? de récupération",
        "リカバリーコード",
        "(رمز|رموز) (ال)?استرداد",
    ),
    r"temporary access pass": (
        "befristete.? zugriffspass",
        "pase de acceso temporal",
        "passe d’accès temporaire",
        "一時アクセス パス",
        "رمز (ال)?وصول (ال)?مؤقت",
    ),
    r"hardware token": (
        "hardware-token",
        "tokens? físicos?",
        "jetons? matériels?",
        "ハードウェア トークン",
        "رم[^ ]+ (ال)?مادي",
    ),
    r"\bhelp desk": ("helpdesk", "servicio de asistencia", "assistance", "ヘルプデスク", "مكتب (ال)?مساعدة"),
    r"\bpassword": ("kennw[oö]rt", "contraseñas?", "mot de passe", "パスワード", "كلم(ة|ات) (ال)?مرور"),
    r"\brestored?\b": ("wiederherst|wiederherge|wiederherzu", "restaur", "rétabli", "元に戻", "ستعاد|ستعيد"),
    r"suspicious activity": (
        "verdächtige aktivität",
        "actividad sospechosa",
        "activité suspecte",
        "不審なアクティビティ",
        "نشاط مريب",
    ),
}
"""By a pattern of the English text what each language has for it, in the order of `TRANSLATED`."""
CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")
TRANSLATED: Final = [code for code in LANGUAGES if code != SOURCE]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extracted()


def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_all_texts_and_no_others(language: str, template: Catalog) -> None:
    known = catalogue(language)
    assert {message.id for message in known} == {message.id for message in template}, "make messages"
    assert not known.obsolete
    assert not [message.id for message in known if message.fuzzy and message.id]


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_left_to_be_translated(language: str) -> None:
    assert empty_texts(catalogue(language)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_in_is_there_in_each_form(language: str) -> None:
    """A form for one or two may say the number as a word, or not at all."""
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        text = message.id if isinstance(message.id, str) else message.id[-1]
        asked = sorted(PLACES.findall(text))
        optional = [place for place in asked if place == "{number}"] if message.pluralizable else []
        for form in forms(message):
            found = sorted(PLACES.findall(form))
            if found not in (asked, [place for place in asked if place not in optional]):
                wrong.append((text, form))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_button_is_called_in_a_sentence_as_it_is_called_on_the_page(language: str) -> None:
    called = {message.id: forms(message)[0] for message in catalogue(language) if isinstance(message.id, str)}
    wrong = [
        (name, said)
        for text, said in called.items()
        for name in (*IN_BOLD.findall(text), *SELECTED.findall(text))
        if name in called and called[name] not in said
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_thing_is_called_by_one_word(language: str) -> None:
    """Those of docs/languages.md, by what their forms have in common."""
    wrong = []
    for english, words in TERMS.items():
        word = words[TRANSLATED.index(language)]
        for message in catalogue(language):
            said = re.sub(VOWEL_SIGNS, "", " ".join(forms(message))) if message.id else word
            text = message.id if isinstance(message.id, str) else message.id[-1]
            if re.search(english, text, re.IGNORECASE) and not re.search(word, said, re.IGNORECASE):
                wrong.append((english, text, said))
    assert wrong == []


def test_a_text_that_is_filled_into_another_reads_from_the_right() -> None:
    """By its first letter that is its own: what is filled in is left out of that (UAX 9, first strong isolate)."""
    turned = []
    for message in catalogue("ar"):
        for form in forms(message):
            own = [unicodedata.bidirectional(letter) for letter in PLACES.sub("", form)]
            if message.id and PLACES.search(form) and next((one for one in own if one in {"L", "R", "AL"}), "") == "L":
                turned.append(message.id)
    assert turned == ["{title} – Authenticator"], "a title of a window is filled into nothing"


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_plural_form_of_the_language_is_there(language: str) -> None:
    known = catalogue(language)
    assert [message.id for message in known if message.pluralizable and len(forms(message)) != known.num_plurals] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_plural_forms_stand_in_the_order_that_translators_know(language: str) -> None:
    """Zero, one, two, few, many, other (CLDR). Babel itself has the last two of Arabic the other way round."""
    category_of = Locale.parse(language).plural_form
    form_of = gettext.c2py(catalogue(language).plural_expr)
    there = [category for category in CATEGORIES if category in {category_of(number) for number in NUMBERS}]
    assert [there[form_of(number)] for number in NUMBERS] == [category_of(number) for number in NUMBERS]
