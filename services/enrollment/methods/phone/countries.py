"""Countries and regions as sentences and lists need them."""

import unicodedata
from typing import Final

from schemas.enrollment import without_extension
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import REGIONS, SOURCE, language, region_name
from services.enrollment.methods.phone.domain import country_of
from services.enrollment.needs import HasSealer
from services.enrollment.proofs.sent_code.handlers import destination_of_challenge

WITH_ARTICLE: Final = frozenset(
    {"AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "SB", "TC", "US", "VG", "VI"}
)
"""Those that have one in an English sentence."""


def in_order(name: str) -> str:
    """By letters, whatever is above or below them: the Åland Islands stand before Albania, not after Zimbabwe."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def in_a_sentence(region: str) -> str | None:
    """The name as an English sentence needs it: "the United Kingdom", "Spain"; None for a code that is none. In other
    languages it is the name alone, around which a translation builds its sentence."""
    if region not in REGIONS:
        return None
    name = region_name(region)
    return f"the {name}" if region in WITH_ARTICLE and language() == SOURCE else name


def place_of(challenge: Challenge, deps: HasSealer) -> str | None:
    """The country of the number that a challenge is sent to, in a sentence; None where it belongs to none."""
    region = country_of(without_extension(destination_of_challenge(challenge, deps).plain.get_secret_value()))
    return in_a_sentence(region)
