"""What a person sees when time has passed. Nobody sleeps: a second replica of enrollment lives later than the first."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.journey import (
    World,
    browser_page,
    code_from_text,
    give_number,
    sign_in,
)
from tests.support.servers.replicas import replica_later
from tests.support.servers.stack import local_stack

pytestmark = pytest.mark.timeout(240)

SIX_MINUTES = timedelta(minutes=6)
"""More than a code, a request or a ticket lives, and less than a session does."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, kafka_url: str) -> Iterator[LocalStack]:
    """One of its own: what lives later ends the sessions that are over then, of whoever is in them."""
    with local_stack(tmp_path_factory.mktemp("later"), SECURITY_INFO_KAFKA_URL=kafka_url) as whole:
        whole.up()
        yield whole


@pytest.fixture(scope="module")
def later(stack: LocalStack) -> Iterator[str]:
    """The origin of a replica that lives six minutes later."""
    with replica_later(stack, SIX_MINUTES) as origin:
        yield origin


def test_an_expired_code_is_explained_and_a_new_one_can_be_had(later: str, world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        give_number(page, person.number)
        code_from_text(world, person.number)
        page.goto(f"{later}/security-info/setup")
        expect(page.get_by_label("Code", exact=True)).not_to_be_visible()
        page.get_by_role("button", name="Send a new code").click()
        expect(page.get_by_label("Code", exact=True)).to_be_visible()
