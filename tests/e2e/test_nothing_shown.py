"""Nothing that must stay secret lies anywhere in clear."""

import re
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.local.stack import LocalStack
from tests.e2e.conftest import Person
from tests.support.people.journey import World, browser_page, texts, walk
from tests.support.people.operator import command

pytestmark = pytest.mark.timeout(300)


def test_no_code_and_no_number_lies_in_clear_anywhere(stack: LocalStack, world: World, person: Person) -> None:
    with browser_page(scripts=False) as page:
        walk(page, world, person.name, person.number)
    code = texts(world, person.number)[0]["body"][-6:]
    places = {
        "topics": command(stack, "events", "user", person.user, "--json"),
        "databases": everything_stored(stack),
        "logs": logs_of_services(stack),
    }
    for place, content in places.items():
        assert content, place
        assert person.number not in content, f"the number is in clear in the {place}"
        assert person.number.removeprefix("+44") not in content, f"the national number is in clear in the {place}"
        whole = re.compile(rf"(?<![0-9A-Za-z._-]){code}(?![0-9A-Za-z_-])")
        assert not whole.search(content), f"the code is in clear in the {place}"


def everything_stored(stack: LocalStack) -> str:
    """All documents of all three databases as text."""
    with MongoClient[dict[str, object]](stack.mongodb_url) as client:
        return "\n".join(
            repr(document)
            for name in ("enrollment", "notifier", "verifier")
            for collection in client[name].list_collection_names()
            for document in client[name][collection].find()
        )


def logs_of_services(stack: LocalStack) -> str:
    """What the three services have logged."""
    return "\n".join(Path(stack.log(name)).read_text() for name in ("enrollment", "notifier", "verifier"))
