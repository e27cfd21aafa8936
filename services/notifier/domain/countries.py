"""In which country a number is: some providers reach one better than another."""

import phonenumbers

NO_REGION = frozenset({None, "ZZ", "001"})


def country_of(destination: str) -> str | None:
    """The country of a number in E.164 (ISO 3166-1 alpha-2), also of one that nobody has. None for what is no number,
    or belongs to no country."""
    if not destination.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(destination)
    except phonenumbers.NumberParseException:
        return None
    code = number.country_code or 0
    region = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(code)
    return None if region in NO_REGION else region
