"""The people who exist at Northbridge. Any of them can be had fresh, as NAME+ANYTHING@northbridge.example."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

DOMAIN = "northbridge.example"
PASSWORD = "demo"
PEOPLE_FILE = Path(__file__).with_name("people.yaml")
_USER_NAME = re.compile(rf"(?P<name>[a-z]+)(\+(?P<tag>[A-Za-z0-9._-]{{1,64}}))?(@{re.escape(DOMAIN)})?", re.IGNORECASE)


class Character(BaseModel):
    """One line of the people file: who plays which part in the demo."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="forbid")

    name: str
    display_name: str
    groups: tuple[str, ...]
    story: str
    listed: bool = False

    @property
    def user_name(self) -> str:
        """What is typed to sign in."""
        return f"{self.name}@{DOMAIN}"


@dataclass(frozen=True)
class Person:
    """Somebody who signed in: the platform's own record of them."""

    id: str
    user_name: str
    display_name: str
    groups: tuple[str, ...]

    @property
    def emails(self) -> list[str]:
        """The addresses that the platform vouches for."""
        return [self.user_name]


class SignInRefusedError(Exception):
    """The user name or the password is wrong; deliberately not said which."""


def load_characters(path: Path = PEOPLE_FILE) -> list[Character]:
    """Read the people file."""
    return [Character.model_validate(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def find_person(characters: Sequence[Character], user_name: str) -> Person | None:
    """Who signs in with this user name, if anybody does."""
    matched = _USER_NAME.fullmatch(user_name.strip())
    if matched is None:
        return None
    name, tag = matched["name"].lower(), matched["tag"]
    character = next((candidate for candidate in characters if candidate.name == name), None)
    if character is None:
        return None
    local = f"{name}+{tag}" if tag else name
    return Person(local.replace("+", "."), f"{local}@{DOMAIN}", character.display_name, character.groups)
