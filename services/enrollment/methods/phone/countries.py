"""Countries and regions by name, from CLDR."""

import unicodedata

from babel import Locale

from schemas.enrollment import without_extension
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.phone.domain import country_of
from services.enrollment.needs import HasSealer
from services.enrollment.proofs.sent_code.handlers import destination_of_challenge

NAMES: dict[str, str] = {
    code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()
}
"""English names by ISO 3166-1 alpha-2 code."""

WITH_ARTICLE = frozenset(
    {"AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "SB", "TC", "US", "VG", "VI"}
)


def in_order(name: str) -> str:
    """By letters, whatever is above or below them: the Åland Islands stand before Albania, not after Zimbabwe."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def in_a_sentence(region: str) -> str:
    """The name as a sentence needs it: "the United Kingdom", "Spain"; "this country" for a code that is none."""
    name = NAMES.get(region)
    if name is None:
        return "this country"
    return f"the {name}" if region in WITH_ARTICLE else name


def place_of(challenge: Challenge, deps: HasSealer) -> str | None:
    """The country of the number that a challenge is sent to, in a sentence; None where it belongs to none."""
    region = country_of(without_extension(destination_of_challenge(challenge, deps).plain.get_secret_value()))
    return in_a_sentence(region) if region in NAMES else None
