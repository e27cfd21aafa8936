"""All people of a fault: half of them are new, and half signed in or set up a method in an earlier one."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Protocol

from tests.faults.people import SHORTEST_PAUSE, WAYS, PatientPlatform, Person, Story
from tests.faults.push import PushService
from tests.support.people.api import Somebody

AT_ONCE = 16
"""Of those who are made known before anything breaks."""
MOST_SENDS_BEFORE = 20
"""Of who comes again: they may ask for more then."""
LOOK_EVERY = 0.2


class Acting(Protocol):
    """As much of a person as this needs."""

    pause: float

    def act(self, enough: Event) -> None: ...


class Crowd:
    """People of one platform. Who was in one fault waits for another one, the longest first, so that the methods of one
    need not be set up for the other."""

    def __init__(self, platform: PatientPlatform, push: PushService) -> None:
        self._platform, self._push = platform, push
        self._waiting: deque[Person] = deque()

    def of(self, mark: str, count: int) -> list[Person]:
        """So many who set up a method, and as many who sign in; each way in turn, known to the platform, prepared."""
        wanted = [WAYS[number % len(WAYS)] for number in range(count)]
        new = [self._new(f"{mark}.{number}", way, signs_in=False) for number, way in enumerate(wanted)]
        come = [
            self._again(way) or self._new(f"{mark}.s{number}", way, signs_in=True) for number, way in enumerate(wanted)
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(Person.prepare, (one for one in (*new, *come) if one.story.user.startswith(f"{mark}."))))
        for one in come:
            one.come_again()
        return [*new, *come]

    def keep(self, people: Sequence[Person]) -> None:
        """They may come again, if all went well."""
        self._waiting.extend(one for one in people if _may_come_again(one.story))

    def forget(self) -> None:
        """Whoever waits does not come: the stack is another one."""
        self._waiting.clear()

    def _again(self, way: str) -> Person | None:
        found = next((one for one in self._waiting if one.story.way == way), None)
        if found:
            self._waiting.remove(found)
        return found

    def _new(self, user: str, way: str, *, signs_in: bool) -> Person:
        story = Story(user, way, signs_in)  # type: ignore[arg-type]  # one of WAYS
        return Person(Somebody(self._platform, user), story, self._push)


def _may_come_again(story: Story) -> bool:
    return story.ended == "verified" and story.sends <= MOST_SENDS_BEFORE


def all_act(
    people: Sequence[Acting], moments: Sequence[float], told: Callable[[], None], enough: Event, within: float = 3600.0
) -> bool:
    """All of them, each after so many seconds, and again as often until there was `enough`; whether that was `within`
    so many seconds. Raises what was raised by one of them."""
    failures = list[BaseException]()
    deadline = time.monotonic() + within

    def act(person: Acting, moment: float) -> None:
        person.pause = SHORTEST_PAUSE + moment
        try:
            if not over.wait(moment):
                person.act(enough)
        except BaseException as error:  # noqa: BLE001 # told to the thread that waits
            failures.append(error)
        told()

    over = Event()
    threads = [Thread(target=act, args=each, daemon=True) for each in zip(people, moments, strict=True)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not failures and time.monotonic() < deadline:
                thread.join(LOOK_EVERY)
    finally:
        over.set()
        enough.set()  # after Ctrl-C, too: nobody begins anew
    if failures:
        raise failures[0]
    return not any(thread.is_alive() for thread in threads)
