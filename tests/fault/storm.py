"""Kills processes of a stack with SIGKILL while customers register, and keeps count."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.supervisor import State
from tests.fault.customer import Customer
from tests.waiting import until

BACK_SECONDS = 120
"""How long a killed process may take until it can be used again."""
LONGEST_CALM = 5.0
"""Seconds after which the next process is killed even though nothing more was accepted."""


@dataclass
class Victims:
    """Processes to be killed, each so many times, at random. Only one that works is killed."""

    stack: EmbeddedStack
    times: dict[str, int]
    kills: Counter[str] = field(default_factory=Counter)

    def strike(self) -> bool:
        """Kill one of those that are due, as soon as one works; false when none is due any more."""
        due = [name for name, times in self.times.items() if self.kills[name] < times]
        if not due:
            return False
        until(lambda: any(self._works(name) for name in due), seconds=BACK_SECONDS)
        victim = secrets.choice([name for name in due if self._works(name)])
        if self.stack.process(victim).kill() is not None:
            self.kills[victim] += 1
            until(lambda: not self._works(victim))
        return True

    def wait_until_back(self) -> None:
        """Return when everything works again."""
        until(lambda: all(map(self._works, self.times)), seconds=BACK_SECONDS)

    def _works(self, name: str) -> bool:
        return self.stack.process(name).state is State.READY


class Crowd:
    """Customers who register orders side by side, no more of them than they are allowed to."""

    def __init__(self, customers: Sequence[Customer], orders: Sequence[list[str]]) -> None:
        self.accepted: dict[str, list[str]] = {}
        """Serial numbers by the registration that was accepted for them."""
        self._waiting = list(reversed(orders))
        self._customers = customers
        self._allowed = threading.Semaphore(0)
        self._pool = ThreadPoolExecutor(len(customers))
        self._working: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._working = [self._pool.submit(self._work, customer) for customer in self._customers]
        return self

    def __exit__(self, *_error: object) -> None:
        self._waiting.clear()
        self._allowed.release(len(self._customers))
        self._pool.shutdown()

    @property
    def waiting(self) -> int:
        """Orders that nobody has begun to register."""
        return len(self._waiting)

    def allow(self, orders: int) -> None:
        """Let them register that many more."""
        self._allowed.release(orders)

    def finish(self) -> None:
        """Let them register all that is left, and wait until it is accepted. Raises what went wrong."""
        self._allowed.release(self.waiting + len(self._customers))
        for working in self._working:
            working.result()

    def _work(self, customer: Customer) -> None:
        while self._allowed.acquire() and self._waiting:
            try:
                order = self._waiting.pop()
            except IndexError:  # another customer took the last one
                return
            self.accepted[customer.register(order)] = order


def rage(victims: Victims, crowd: Crowd) -> None:
    """Kill all that is due, each in the middle of some registrations. Afterwards everything is accepted."""
    strikes = sum(victims.times.values())
    each = max(2, crowd.waiting // (strikes + 1))
    for _ in range(strikes):
        crowd.allow(each)
        _wait_for_some(crowd, 1 + secrets.randbelow(each - 1))
        victims.strike()
    crowd.finish()
    victims.wait_until_back()


def _wait_for_some(crowd: Crowd, more: int) -> None:
    """Until more are accepted; no longer than `LONGEST_CALM`, for what it takes may have been killed."""
    enough = len(crowd.accepted) + more
    deadline = time.monotonic() + LONGEST_CALM
    while len(crowd.accepted) < enough and time.monotonic() < deadline:
        time.sleep(0.01)
