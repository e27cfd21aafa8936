"""Who denied a request says that nobody asked for it."""

from schemas.enrollment import SuspiciousActivityReported
from services.enrollment.challenges.handlers.verdicts import suspicious_reported
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import outbox
from tests.support.in_memory.push import APP, attack_on


async def test_the_holder_is_heard_although_somebody_reported_on_the_page_before() -> None:
    """There it takes no more than the password, and takes nothing away."""
    clock = FixedClock()
    async with outbox(clock) as box:
        attack = await attack_on(box.store, clock)
        request = (await attack.ask()).verification.current
        await attack.answered(request, "pushDenied")
        states = list[str]()
        for by_holder in (False, True, True):
            stored = await attack.deps.challenges.get(request.id)
            assert stored
            await suspicious_reported(stored.state, store=attack.deps, clock=clock, by_holder=by_holder)
            account = await attack.deps.accounts.get("northbridge/sam")
            app = account.state.method(APP.id) if account else None
            states.append(app.state if app else "gone")
        assert states == ["active", "suspended", "suspended"]
        assert len(await box.published(SuspiciousActivityReported)) == 1
