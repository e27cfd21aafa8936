"""Where the stack of this test run stands, and a fresh person for each test."""

import secrets
from dataclasses import dataclass

import pytest

from deploy.local.stack import LocalStack
from tests.support.journey import World


@dataclass(frozen=True)
class Person:
    """Somebody with sam's policy and nothing registered, and a number of the fictional range."""

    name: str
    user: str
    number: str


@pytest.fixture
def world(stack: LocalStack) -> World:
    """The demo world of the running stack."""
    return World(stack.url("northbridge"), stack.url("handset"), stack.url("enrollment"))


@pytest.fixture
def person() -> Person:
    """A fresh person."""
    mark = secrets.token_hex(5)
    return Person(f"sam+{mark}@northbridge.example", f"sam.{mark}", f"+44770090{secrets.randbelow(1000):04d}"[:13])


@pytest.fixture
def alex() -> Person:
    """A fresh person with alex's policy: app and phone."""
    mark = secrets.token_hex(5)
    return Person(f"alex+{mark}@northbridge.example", f"alex.{mark}", f"+447700900{secrets.randbelow(1000):03d}")


@pytest.fixture
def kim() -> Person:
    """A fresh person with kim's policy: any two methods."""
    mark = secrets.token_hex(5)
    return Person(f"kim+{mark}@northbridge.example", f"kim.{mark}", f"+447700900{secrets.randbelow(1000):03d}")
