"""Kafka goes away while a person is in the wizard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.local.given import given_servers
from tests.e2e.conftest import Person, fresh, world_of
from tests.support.people.journey import World, browser_page, code_from_text, enter_code, give_number, sign_in, texts
from tests.support.servers.kafka import LocalKafka
from tests.support.servers.stack import local_stack

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(given_servers()), reason="the servers are given, and not ours to stop"),
]


def test_kafka_down_while_the_wizard_is_in_use_delays_the_text_and_loses_nothing(
    own_kafka: LocalKafka, tmp_path: Path
) -> None:
    with local_stack(tmp_path, SECURITY_INFO_KAFKA_URL=own_kafka.url) as stack:
        stack.up()
        for person in fresh("sam", stack):
            without_kafka(own_kafka, world_of(stack), person)


def without_kafka(own_kafka: LocalKafka, world: World, person: Person) -> None:
    with browser_page() as page:
        sign_in(page, world, person.name)
        page.get_by_role("button", name="Next").click()
        own_kafka.stop()
        try:
            give_number(page, person.number)
            expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
            expect(page.get_by_text("This is taking longer than usual").first).to_be_visible(timeout=20_000)
            assert not texts(world, person.number)
        finally:
            own_kafka.start()
        code = code_from_text(world, person.number, within=90)
        enter_code(page, code)
        expect(page.get_by_role("heading", name="Phone verified")).to_be_visible(timeout=60_000)
    assert len(texts(world, person.number)) == 1
