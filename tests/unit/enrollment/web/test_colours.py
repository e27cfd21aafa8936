"""The colour of an organisation, made readable on our grounds."""

import pytest

from services.enrollment.web.assets import (
    DARK_GROUNDS,
    DIRECTORY,
    LIGHT_GROUNDS,
    tenant_colours,
)
from services.enrollment.web.colours import accent_on, contrast
from services.kit.config.tenants import Branding

ACCENTS = ("#0f5f6b", "#7a3e9d", "#ffd400", "#ffffff", "#000000", "#1d4ed8", "#808080", "#39ff14")


@pytest.mark.parametrize("accent", ACCENTS)
@pytest.mark.parametrize("grounds", [LIGHT_GROUNDS, DARK_GROUNDS])
def test_any_colour_becomes_readable(accent: str, grounds: tuple[str, ...]) -> None:
    colours = accent_on(accent, grounds)
    assert contrast(colours.on_fill, colours.fill) >= 4.5
    assert all(contrast(colours.text, ground) >= 4.5 for ground in grounds)
    assert all(contrast(colours.fill, ground) >= 3 for ground in grounds)


def test_readable_colour_stays_as_it_is() -> None:
    assert accent_on("#0f5f6b", LIGHT_GROUNDS).fill == "#0f5f6b"
    assert "--accent:#0f5f6b" in tenant_colours(Branding(accent_color="#0f5f6b"))


def test_grounds_are_those_of_the_stylesheet() -> None:
    css = (DIRECTORY / "app.css").read_text()
    for ground in (*LIGHT_GROUNDS, *DARK_GROUNDS):
        assert f": {ground};" in css
