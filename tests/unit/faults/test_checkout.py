"""What a version of before needs beside its code."""

from tests.faults.breaking.checkout import lacking

MOTOR = """motor==3.7.1 \\
    --hash=sha256:27b4 \\
    --hash=sha256:8a63
"""
LOCK = f"""# written by make lock
mdurl==0.1.2 \\
    --hash=sha256:8400
    # via markdown-it-py
{MOTOR}    # via
    #   security-info (pyproject.toml)
pymongo==4.20.1 ; python_version >= "3.11" \\
    --hash=sha256:0282
"""


def test_what_is_no_dependency_any_more_is_taken_as_it_was_locked() -> None:
    assert lacking(LOCK, lambda name: name != "motor") == MOTOR
    assert lacking(LOCK, lambda _: True) == ""
