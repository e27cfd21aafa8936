"""Passwords of the demo: compared with the same work for everybody, changed for one person alone."""

import pytest

from deploy.demo.northbridge.password_reset.passwords import Passwords, complaint
from deploy.demo.people import Person
from tests.support.people.northbridge import QUICK

SAM = Person("sam.1", "sam+1@northbridge.example", "Sam", ("frontline",))
ALEX = Person("alex", "alex@northbridge.example", "Alex", ("staff",))


async def test_a_changed_password_is_the_only_one() -> None:
    passwords = Passwords(QUICK)
    assert await passwords.are_right(SAM, "demo")
    await passwords.change(SAM, "cafe\N{COMBINING ACUTE ACCENT} au lait")
    assert await passwords.are_right(SAM, "caf\N{LATIN SMALL LETTER E WITH ACUTE} au lait")
    assert not await passwords.are_right(SAM, "demo")
    assert await passwords.are_right(ALEX, "demo")


async def test_nobody_has_a_right_password() -> None:
    assert not await Passwords(QUICK).are_right(None, "demo")


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("seven77", "seven77", "at least 8"),
        ("x" * 129, "x" * 129, "at most 128"),
        ("SAM+1@northbridge.example", "SAM+1@northbridge.example", "user name"),
        ("correct horse", "correct house", "not the same"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said(password: str, again: str, said: str) -> None:
    assert said in (complaint(password, again, SAM) or "")


@pytest.mark.parametrize("password", ["aaaaaaaa", "x" * 128, "пароль из слов", "correct horse"])
def test_there_are_no_rules_on_composition(password: str) -> None:
    assert complaint(password, password, SAM) is None
