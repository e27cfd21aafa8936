"""Who can sign in at Northbridge."""

import pytest

from deploy.demo.people import Person, find_person, load_characters

CHARACTERS = load_characters()


def found(user_name: str) -> Person:
    person = find_person(CHARACTERS, user_name)
    assert person
    return person


def test_every_demo_person_signs_in_with_their_group() -> None:
    groups = {character.name: found(character.user_name).groups for character in CHARACTERS}
    assert groups == {
        "sam": ("frontline",),
        "alex": ("staff",),
        "kim": ("everyone",),
        "noor": ("strict",),
        "robin": ("staff",),
        "dana": ("helpdesk",),
        "admin": ("administrators",),
    }


def test_a_fresh_person_has_an_opaque_id_and_the_group_of_the_name() -> None:
    person = found("sam+run-7.b@northbridge.example")
    assert (person.id, person.user_name) == ("sam.run-7.b", "sam+run-7.b@northbridge.example")
    assert person.groups == ("frontline",)
    assert person.emails == ["sam+run-7.b@northbridge.example"]


@pytest.mark.parametrize("typed", ["sam", "SAM@northbridge.example", " sam@Northbridge.example "])
def test_a_user_name_is_read_kindly(typed: str) -> None:
    assert found(typed).id == "sam"


@pytest.mark.parametrize(
    "user_name",
    [
        "nobody@northbridge.example",
        "sam@southgate.example",
        "sam+@northbridge.example",
        "sam+a/b@northbridge.example",
        "",
    ],
)
def test_nobody_else_is_found(user_name: str) -> None:
    assert find_person(CHARACTERS, user_name) is None


def test_those_whose_path_is_built_are_listed() -> None:
    assert {character.name for character in CHARACTERS if character.listed} == {
        "sam",
        "alex",
        "kim",
        "noor",
        "robin",
        "dana",
    }
