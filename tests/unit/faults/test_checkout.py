"""What a version of before needs beside its code."""

from tests.faults.breaking.checkout import lacking

HASHES = [f"--hash=sha256:{digit * 64}" for digit in "1234"]
LOCK = f"""# written by make lock
mdurl==0.1.2 \\
    {HASHES[0]}
    # via markdown-it-py
motor==3.7.1 ; python_version >= "3.11" \\
    {HASHES[1]} \\
    {HASHES[2]}
    # via
    #   security-info (pyproject.toml)
pymongo==4.20.1 \\
    {HASHES[3]}
"""


def test_what_is_no_dependency_any_more_is_taken_as_it_was_locked() -> None:
    motor = f'motor==3.7.1; python_version >= "3.11" {HASHES[1]} {HASHES[2]}\n'
    assert lacking(LOCK, lambda name: name != "motor") == motor
    assert lacking(LOCK, lambda _: True) == ""
