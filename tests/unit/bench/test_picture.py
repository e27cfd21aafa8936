"""Pictures are well-formed, whatever they show."""

from xml.etree import ElementTree as ET

from tests.bench.picture import bars, lines, stacked

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 (our own)


def test_each_value_has_a_bar_and_the_longest_has_all_the_room() -> None:
    drawn = parsed(bars("a < b", {"one & only": 5.0, "two": 10.0, "none": 0.0}, "ms"))
    widths = [float(bar.get("width", "0")) for bar in drawn.iter(f"{SVG}rect") if bar.get("x")]
    assert widths[1] == max(widths)
    assert widths[0] * 2 == widths[1]
    assert widths[2] == 0
    assert "one & only" in [text.text for text in drawn.iter(f"{SVG}text")]


def test_each_series_is_a_line_over_all_moments() -> None:
    drawn = parsed(lines("t", {"MB": {"a": [1, 2, 3], "b": [0, 0, 0]}, "handles": {"a": [0, 0, 0]}}, [0, 5, 10]))
    points = [line.get("points", "").split() for line in drawn.iter(f"{SVG}polyline")]
    assert [len(found) for found in points] == [3, 3, 3]


def test_pictures_are_put_below_one_another() -> None:
    one, other = bars("a", {"x": 1}, "s"), bars("b", {"y": 1, "z": 2}, "s")
    both = parsed(stacked(one, other))
    assert [picture.get("y") for picture in both.iter(f"{SVG}svg")][1:] == ["0", "62"]
    assert both.get("height") == str(62 + 84)
