"""Who can sign in at Northbridge."""

import pytest

from deploy.demo.people import SignInRefusedError, authenticate, load_characters

CHARACTERS = load_characters()


def test_every_demo_person_signs_in_with_their_group() -> None:
    groups = {character.name: authenticate(CHARACTERS, character.user_name, "demo").groups for character in CHARACTERS}
    assert groups == {
        "sam": ("frontline",),
        "alex": ("staff",),
        "kim": ("everyone",),
        "noor": ("strict",),
        "robin": ("staff",),
        "admin": ("administrators",),
    }


def test_a_fresh_person_has_an_opaque_id_and_the_group_of_the_name() -> None:
    person = authenticate(CHARACTERS, "sam+run-7.b@northbridge.example", "demo")
    assert (person.id, person.user_name) == ("sam.run-7.b", "sam+run-7.b@northbridge.example")
    assert person.groups == ("frontline",)
    assert person.emails == ["sam+run-7.b@northbridge.example"]


@pytest.mark.parametrize("typed", ["sam", "SAM@northbridge.example", " sam@Northbridge.example "])
def test_a_user_name_is_read_kindly(typed: str) -> None:
    assert authenticate(CHARACTERS, typed, "demo").id == "sam"


@pytest.mark.parametrize(
    ("user_name", "password"),
    [
        ("sam@northbridge.example", "wrong"),
        ("sam@northbridge.example", ""),
        ("nobody@northbridge.example", "demo"),
        ("sam@southgate.example", "demo"),
        ("sam+@northbridge.example", "demo"),
        ("sam+a/b@northbridge.example", "demo"),
        ("", "demo"),
    ],
)
def test_anything_else_is_refused(user_name: str, password: str) -> None:
    with pytest.raises(SignInRefusedError):
        authenticate(CHARACTERS, user_name, password)


def test_those_whose_path_is_built_are_listed() -> None:
    assert {character.name for character in CHARACTERS if character.listed} == {"sam", "alex", "kim", "noor", "robin"}
