"""How often a host and a server address may be asked: the pause between two requests and how many run at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

# Answers in a row without complaint after which a slowed-down gate dares half the pause again.
_RECOVER_AFTER = 10


class Gate:
    """Lets requests pass one by one, in the order they came, with a pause between their starts."""

    def __init__(self, pause: float, concurrency: int, *, max_pause: float) -> None:
        self.pause = pause
        self._base = self._least = pause
        self._most = max(pause, max_pause)
        self.active = 0
        self._free = concurrency
        self._next = 0.0
        self._good = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def idle(self) -> bool:
        """Whether the gate can be forgotten: nobody passes or waits, and a new one would do the same."""
        return not self._queue and self.active == 0 and self.pause == self._base and self._next <= monotonic()

    @property
    def opens(self) -> float:
        """The moment (of `monotonic`) from which the next request may start."""
        return self._next

    async def enter(self) -> None:
        """Waits until a request may start."""
        if self._free == 0 or self._queue:
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._hand_on()
                else:
                    self._queue.remove(turn)
                raise
        else:
            self._free -= 1
        self.active += 1
        try:
            while (wait := self._next - monotonic()) > 0:
                await asyncio.sleep(wait)
            self._next = monotonic() + self.pause
        except asyncio.CancelledError:
            self.leave()
            raise

    def leave(self) -> None:
        """A request is over."""
        self.active -= 1
        self._hand_on()

    def _hand_on(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def set_least(self, pause: float) -> None:
        """Never ask more often than this (Crawl-delay)."""
        self._least = max(self._least, pause)
        self._most = max(self._most, self._least)
        self.pause = max(self.pause, self._least)

    def slow_down(self, wait: float | None = None) -> None:
        """The server complained: twice the pause from now on, and nothing at all for `wait` seconds."""
        self._good = 0
        self.pause = min(self._most, max(self.pause * 2, 0.5))
        self.hold(max(wait or 0.0, self.pause))

    def hold(self, wait: float) -> None:
        """Nothing passes for `wait` seconds."""
        self._next = max(self._next, monotonic() + wait)

    def went_well(self) -> None:
        """The server answered without complaint."""
        if self.pause > self._least:
            self._good += 1
            if self._good >= _RECOVER_AFTER:
                self._good = 0
                self.pause = max(self._least, self.pause / 2)


class Gates:
    """The gates of all hosts and addresses of a run; those that nobody needs any more are forgotten."""

    def __init__(self, pause: float, concurrency: int, *, max_pause: float = 5.0) -> None:
        self._pause = pause
        self._concurrency = concurrency
        self._max_pause = max_pause
        self._gates: dict[str, Gate] = {}

    def __len__(self) -> int:
        return len(self._gates)

    def of(self, name: str) -> Gate:
        """The gate of a host or an address."""
        gate = self._gates.get(name)
        if gate is None:
            if len(self._gates) >= 512:
                self.forget_idle()
            gate = self._gates[name] = Gate(self._pause, self._concurrency, max_pause=self._max_pause)
        return gate

    def forget_idle(self) -> None:
        """Drops the gates that would let a request pass at once."""
        for name in [name for name, gate in self._gates.items() if gate.idle]:
            del self._gates[name]


@asynccontextmanager
async def passing(*gates: Gate) -> AsyncIterator[None]:
    """Goes through several gates at once, in their order."""
    entered: list[Gate] = []
    try:
        for gate in gates:
            await gate.enter()
            entered.append(gate)
        yield
    finally:
        for gate in reversed(entered):
            gate.leave()
