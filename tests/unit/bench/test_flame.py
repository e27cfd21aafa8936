"""A flame graph is as wide as the samples say, and shows nothing of the machine that it was made on."""

import xml.etree.ElementTree as ET

from tests.bench.profile.flame import WIDTH, flame_graph, read_stacks, shares

RAW = """\
<module> (security-info:8);run (services/kit/runtime.py:90);<lambda> (/home/sam/x/site-packages/pymongo/pool.py:7) 60
<module> (security-info:8);run (services/kit/runtime.py:91) 30
<module> (security-info:8);run (services/kit/runtime.py:91);loads (json/__init__.py:4) 10
"""
SVG = "{http://www.w3.org/2000/svg}"


def test_samples_count_for_the_layer_that_was_at_work_or_for_whom_the_standard_library_was() -> None:
    found = shares(read_stacks(RAW))
    assert (found["database driver"], found["our code"], found["rest"]) == (60.0, 40.0, 0.0)
    assert sum(found.values()) == 100.0


def test_a_frame_is_as_wide_as_its_share_and_names_no_place_of_the_machine() -> None:
    drawn = flame_graph("enrollment", read_stacks(RAW))
    boxes = {
        str(group[0].text): float(group[1].attrib["width"]) / WIDTH
        for group in ET.fromstring(drawn).findall(f"{SVG}g")  # noqa: S314 # our own
    }
    assert boxes.keys() == {
        "all: 100.0 %",
        "<module> security-info: 100.0 %",
        "run services/kit/runtime.py: 100.0 %",
        "<lambda> pymongo/pool.py: 60.0 %",
        "loads json/__init__.py: 10.0 %",
    }
    assert abs(boxes["<lambda> pymongo/pool.py: 60.0 %"] - 0.6) < 0.001
    assert "/home" not in drawn


def test_what_is_too_small_to_see_is_left_out() -> None:
    few = "a (services/a.py:1) 999\nb (services/b.py:1) 1\n"
    drawn = flame_graph("few", read_stacks(few))
    assert "services/a.py" in drawn
    assert "services/b.py" not in drawn
