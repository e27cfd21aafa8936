"""Countries and regions by name, from CLDR."""

from babel import Locale

NAMES: dict[str, str] = {
    code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()
}
"""English names by ISO 3166-1 alpha-2 code."""
