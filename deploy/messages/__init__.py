"""Reads all texts for people into the catalogues of each language (docs/languages.md)."""

from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from services.enrollment.i18n import LOCALES

ENROLLMENT: Final = LOCALES.parent
METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
"""Which files hold texts, and how they are read (Babel's mapping)."""
OPTIONS: Final = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}
KEYWORDS: Final = {"_": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}

UNKEPT: Final = tuple(
    f'"{name}: '
    for name in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)


def extracted() -> Catalog:
    """Every text that is marked, with the files where it is."""
    catalogue = Catalog(project="Security Info", charset="utf-8")
    found = extract_from_dir(ENROLLMENT, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=["Translators:"])
    for name, _line, message, comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        catalogue.add(message, None, [(name, 1)], auto_comments=comments, context=context)
    return catalogue


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language, written with all texts of the template and no others."""
    path = path_of(language)
    catalogue = Catalog(locale=language, charset="utf-8", fuzzy=False)
    if path.is_file():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = (
        f"# Texts of Security Info in {catalogue.locale.english_name}; docs/languages.md says how they are written."
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False, omit_header=False)
    _with_bare_header(path)
    return catalogue


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "messages.po"


def _with_bare_header(path: Path) -> None:
    """Who made it, and when, is what git knows; a date in it would change at each run."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith(UNKEPT))
    path.write_text("".join(kept), encoding="utf-8")


def empty_texts(catalogue: Catalog) -> list[str]:
    """What has no translation, or not in each plural form."""
    return [str(message.id) for message in catalogue if message.id and not all(forms(message))]


def forms(message: Message) -> list[str]:
    """The translations of a text: one, or one a plural form."""
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return [str(each or "") for each in strings]
