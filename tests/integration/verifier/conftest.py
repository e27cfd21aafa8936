"""A verifier at work."""

from collections.abc import AsyncIterator

import pytest

from services.kit.settings import ServiceSettings
from tests.support.services.verifier import Bench, benched


@pytest.fixture
async def bench(settings: ServiceSettings, mongodb_url: str) -> AsyncIterator[Bench]:
    """A verifier that is ready, with hashes as dear as in production."""
    async with benched(settings, mongodb_url) as made:
        yield made
