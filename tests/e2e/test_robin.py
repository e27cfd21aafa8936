"""Robin of the demo: set up through the API at the start, comes back to look after security info."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.demo import robin
from deploy.local.health import outside_loop
from deploy.local.stack import LocalStack
from services.cli.authenticator_app import App, load
from services.kit.clock import SystemClock
from tests.support.people.journey import World, browser_page, enter_code, to_second_step
from tests.support.people.methods import at_security_info, to_security_info

pytestmark = pytest.mark.timeout(180)


async def set_up(stack: LocalStack) -> robin.World:
    world = robin.World(
        product=stack.url("enrollment"),
        northbridge=stack.url("northbridge"),
        handset=stack.url("handset"),
        home=Path(stack.settings()["SECURITY_INFO_DEMO_HOME"]),
    )
    await robin.set_up(world)
    assert not await robin.set_up(world)
    return world


def test_robin_is_set_up_once_and_comes_back(stack: LocalStack, world: World) -> None:
    app = load(outside_loop(set_up(stack)).state)
    with browser_page() as page:
        to_second_step(page, world, "robin@northbridge.example")
        page.get_by_role("button", name="Use a code from the app instead").first.click()
        enter_code(page, App(app, SystemClock()).code())
        page.wait_for_url(f"{world.northbridge}/home")
        to_security_info(page, world)
        at_security_info(page)
        expect(page.get_by_text("Robin's phone").first).to_be_visible()
