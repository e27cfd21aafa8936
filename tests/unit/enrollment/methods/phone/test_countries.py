"""Countries as a reader looks for them."""

from services.enrollment.methods.phone.countries import in_order
from services.enrollment.methods.phone.pages import countries


def test_letters_with_marks_stand_where_they_are_looked_for() -> None:
    names = [country.name for country in countries()]
    assert names.index("Åland Islands") < names.index("Albania") < names.index("Zimbabwe")
    assert sorted(["Zambia", "Österreich", "Oman"], key=in_order) == ["Oman", "Österreich", "Zambia"]
