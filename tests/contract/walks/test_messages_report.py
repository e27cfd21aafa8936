"""What an administrator sees of messages: what became of them, and what was suspected."""

from datetime import timedelta

import pytest

from services.enrollment.pumping.store import SendDecision
from services.enrollment.reports.handlers.messages import message_report
from services.kit.ids import new_id
from tests.attack.scene import with_phone
from tests.contract.test_help_desk import ADMINISTRATOR, AGENT, at_desk
from tests.support.in_memory.people import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("silent")]


async def suspected(world: World, *, ago: timedelta = timedelta(), **fields: object) -> None:
    deps = world.lab.components.deps
    decision = {"at": deps.clock.now() - ago, "tenant": "northbridge", "country": "TV"} | fields
    await deps.send_decisions.insert(new_id(), SendDecision.model_validate(decision))


async def test_an_administrator_sees_what_became_of_messages_and_what_was_suspected(world: World) -> None:
    used = await world.person()
    await with_phone(world.target, used)
    await suspected(world, signals=("sequentialNumbers", "unusualCountry"))
    await suspected(world, signals=("sequentialNumbers", "unusualCountry"), is_refused=True)
    await suspected(world, ago=timedelta(days=8), signals=("riskyRange",))
    await suspected(world, tenant="southbridge", signals=("riskyRange",))
    desk = await at_desk(world, rights=ADMINISTRATOR)
    await desk.follow("Messages")
    assert desk.status == 200
    assert "Text message, provider not known 1 " in desk.page.text
    assert "neighbouring numbers; more unused codes in this country than usual" in desk.page.text
    assert "Tuvalu" in desk.page.text
    assert "costs much" not in desk.page.text
    assert "They are only watched: all of them go out." in desk.page.text


async def test_a_report_says_that_it_did_not_read_all(world: World) -> None:
    for _ in range(2):
        await with_phone(world.target, await world.person())
    whole = await message_report("northbridge", world.lab.components.deps)
    assert whole.is_all
    assert sum(figures.used for figures in whole.messages) >= 2
    assert not (await message_report("northbridge", world.lab.components.deps, most=1)).is_all
    assert (await message_report("southbridge", world.lab.components.deps)).messages == ()


async def test_an_agent_of_the_help_desk_does_not_see_them(world: World) -> None:
    desk = await at_desk(world, rights=AGENT)
    assert "Messages" not in desk.page.links
    await desk.open("/operations/messages")
    assert desk.status == 403
