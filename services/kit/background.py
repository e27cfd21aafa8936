"""Work of a process beside its requests."""

import asyncio
from abc import ABC, abstractmethod


class Background(ABC):
    """One task, from `start` to `stop`, or to the end of its work."""

    _task: asyncio.Task[None] | None = None

    def alive(self) -> bool:
        """Whether it goes on, or was never started; if not, only a restart of the process helps."""
        return self._task is None or not self._task.done()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Give up what is not done."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @abstractmethod
    async def _run(self) -> None:
        """The work."""
