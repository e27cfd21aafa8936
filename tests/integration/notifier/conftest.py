"""A notifier in this process, between a real broker, a real database and a provider that speaks Twilio's protocol."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kit.settings import ServiceSettings
from tests.support.services.notifier import Bench, benched, notifying


@pytest.fixture
async def bench(settings: ServiceSettings, notifier_database: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """One provider, and a notifier that is ready."""
    async with benched(settings, notifier_database, tmp_path) as made, notifying(made):
        yield made
