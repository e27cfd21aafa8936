"""A code for a number on file waits for a word on its SIM card; what speaks against it is told, and nothing is sent."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from schemas.base import Purpose
from schemas.enrollment import EXTENSION
from schemas.notification import CodeSent, SendRefused
from services.kit.config.file import SharedConfig
from services.notifier.channels.voice import VoiceCalls
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.sim_swap import Finding, is_asked_for
from services.notifier.line import Line
from services.notifier.providers.base import TransientError
from services.notifier.sim_swap.camara import CamaraSimSwap
from services.notifier.sim_swap.checks import SimSwapChecks
from tests.support.builders.challenges import NUMBER, TENANT, terms
from tests.support.services.sim_swap import SECRET, operator
from tests.support.waiting import until
from tests.unit.notifier.handlers.test_delivering import World

GROUPS = {"displayName": "Northbridge", "groups": {}, "defaultGroup": "staff"}
CLOSED = SharedConfig.model_validate({"tenants": {TENANT: {**GROUPS, "simSwap": {"failClosed": True}}}, "clients": {}})


class Known:
    """Says what it is told to, and may let time pass meanwhile."""

    def __init__(self, world: World) -> None:
        self.world, self.finding, self.takes = world, "unchanged", timedelta()
        self.asked: list[str] = []

    finding: Finding

    async def find(self, number: str) -> Finding:
        self.asked.append(number)
        self.world.clock.advance(self.takes)
        return self.finding


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.relay.stop()


@pytest.fixture
def sims(world: World) -> Known:
    known = Known(world)
    world.deps = replace(world.deps, sim_checks=known)
    return known


async def texted(world: World, purpose: Purpose = "signIn", to: str = NUMBER) -> Delivery:
    """What became of a code for that purpose."""
    of = terms(purpose=purpose, number=to)
    await world.queue(of=of, to=to)
    return await world.attempt(of=of)


async def told(world: World) -> list[object]:
    """What was said of the delivery."""
    await until(lambda: bool(world.publisher.published))
    return [envelope.event for envelope in world.publisher.published]


@pytest.mark.parametrize("purpose", ["signIn", "stepUp", "passwordReset"])
async def test_a_number_whose_sim_card_was_changed_gets_no_code(world: World, sims: Known, purpose: Purpose) -> None:
    sims.finding = "swapped"
    ended = await texted(world, purpose)
    assert (ended.status, ended.reason) == ("refused", "phoneNumberNotAllowed")
    assert (world.provider.taken, sims.asked) == ([], [NUMBER])
    (event,) = await told(world)
    assert isinstance(event, SendRefused)
    assert (event.reason, event.signals, event.mode) == ("phoneNumberNotAllowed", ("simChanged",), "deny")
    assert event.retry_after is None
    assert NUMBER not in event.model_dump_json()


async def test_a_number_that_is_being_registered_is_not_asked_about(world: World, sims: Known) -> None:
    sims.finding = "swapped"
    assert (await texted(world, "registration")).status == "sent"
    assert sims.asked == []


async def test_a_call_is_asked_about_without_the_extension(world: World, sims: Known) -> None:
    world.line = Line(VoiceCalls(), (world.provider,))
    sims.finding = "swapped"
    assert (await texted(world, to=f"{NUMBER}{EXTENSION}22")).status == "refused"
    assert sims.asked == [NUMBER]


@pytest.mark.parametrize(("channel", "asked"), [("sms", True), ("voice", True), ("whatsapp", True), ("email", False)])
async def test_what_goes_to_a_number_is_asked_about(world: World, channel: str, asked: bool) -> None:
    """Whoever has the new SIM card gets WhatsApp's own code by text, and with it the number's WhatsApp."""
    of = terms(purpose="signIn")
    await world.queue(of=of)
    (queued,) = await world.store.of_challenge(TENANT, of.challenge_id)
    assert is_asked_for(queued.model_copy(update={"channel": channel})) == asked


async def test_one_delivery_asks_once(world: World, sims: Known) -> None:
    world.provider.fails = TransientError("HTTP 500")
    assert (await texted(world)).status == "queued"
    world.provider.fails, sims.finding = None, "swapped"
    assert (await world.attempt(of=terms(purpose="signIn"))).status == "sent"
    assert len(sims.asked) == 1


async def test_what_was_left_by_who_claimed_it_is_asked_about_before_it_is_sent_once_more(
    world: World, sims: Known
) -> None:
    of = terms(purpose="signIn")
    await world.queue(of=of)
    await world.take_over(of)
    sims.finding = "swapped"
    assert (await world.attempt(of=of)).status == "refused"
    assert world.provider.taken == []


@pytest.mark.parametrize("finding", ["unknown", "failed", "skipped"])
async def test_without_an_answer_a_code_goes_out_unless_the_organisation_says_otherwise(
    world: World, sims: Known, finding: Finding
) -> None:
    sims.finding = finding
    assert (await texted(world)).status == "sent"
    assert [type(event) for event in await told(world)] == [CodeSent]


@pytest.mark.parametrize("finding", ["unknown", "failed", "skipped"])
async def test_an_organisation_may_choose_that_silence_speaks_against_it(
    world: World, sims: Known, finding: Finding
) -> None:
    world.deps = replace(world.deps, config=CLOSED)
    sims.finding = finding
    assert (await texted(world)).status == "refused"
    (event,) = await told(world)
    assert isinstance(event, SendRefused)
    assert event.signals == ("simUnchecked",)


async def test_a_code_that_dies_meanwhile_is_not_sent(world: World, sims: Known) -> None:
    sims.takes = timedelta(minutes=5)
    assert (await texted(world)).status == "failed"
    assert world.provider.taken == []


async def test_an_operator_that_hangs_delays_a_code_by_the_time_out_and_does_not_stop_it(world: World) -> None:
    async with operator() as server, httpx.AsyncClient() as client:
        server.hangs = True
        source = CamaraSimSwap(server.account(timeout_seconds=0.1), client, world.clock, secret=SECRET)
        world.deps = replace(world.deps, sim_checks=SimSwapChecks(source, world.clock))
        assert (await texted(world)).status == "sent"


async def test_what_an_operator_says_reaches_the_event(world: World) -> None:
    async with operator() as server, httpx.AsyncClient() as client:
        server.swapped = {NUMBER}
        source = CamaraSimSwap(server.account(), client, world.clock, secret=SECRET)
        world.deps = replace(world.deps, sim_checks=SimSwapChecks(source, world.clock))
        assert (await texted(world)).status == "refused"
    (event,) = await told(world)
    assert isinstance(event, SendRefused)
    assert event.signals == ("simChanged",)
