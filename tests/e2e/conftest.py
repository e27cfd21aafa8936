"""Where the stack of this test run stands, and a fresh person for each test."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from deploy.local.stack import LocalStack
from tests.support.people.journey import World
from tests.support.people.numbers import fresh_number
from tests.support.services.records import require_equal_records

expect.set_options(timeout=15_000)
"""A request may wait 10 seconds for a verdict; on a busy machine it does."""


@dataclass(frozen=True)
class Person:
    """Somebody with sam's policy and nothing registered, and a number of the fictional range."""

    name: str
    user: str
    number: str


@pytest.fixture
def world(stack: LocalStack) -> World:
    """The demo world of the running stack."""
    return world_of(stack)


def world_of(stack: LocalStack) -> World:
    """Where its parts are."""
    return World(stack.url("northbridge"), stack.url("handset"), stack.url("enrollment"))


@pytest.fixture
def person(stack: LocalStack) -> Iterator[Person]:
    """A fresh person."""
    yield from fresh("sam", stack)


@pytest.fixture
def alex(stack: LocalStack) -> Iterator[Person]:
    """A fresh person with alex's policy: app and phone."""
    yield from fresh("alex", stack)


@pytest.fixture
def kim(stack: LocalStack) -> Iterator[Person]:
    """A fresh person with kim's policy: any two methods."""
    yield from fresh("kim", stack)


def fresh(name: str, stack: LocalStack) -> Iterator[Person]:
    """Whatever the test did, the lifecycle events of the person, replayed, give the record in the database."""
    mark = secrets.token_hex(5)
    yield Person(f"{name}+{mark}@northbridge.example", f"{name}.{mark}", fresh_number())
    require_equal_records(stack, f"{name}.{mark}")
