"""The supervisor: one thread that starts every process, watches them, and outlives them all.

It must be one thread: the kernel ends a child when the very thread that started it ends. A second one asks
programs whether they are ready, since an answer may take its time.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Self

from keydesk.deploy.supervisor.process import Process, State
from keydesk.deploy.supervisor.program import Program, ProgramFailed

LOOK_EVERY = 0.05
"""Seconds between two looks at the processes."""

Order = tuple[Callable[[], None], "Future[None]"]


class Supervisor:
    """Runs programs and keeps them running: ``with Supervisor(logs) as supervisor: supervisor.start(…)``.

    Every method may be called from any thread. Leaving the block stops what still runs, newest first.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._processes: dict[str, Process] = {}
        self._orders: queue.Queue[Order] = queue.Queue()
        self._closing = threading.Event()
        self._asking = threading.Thread(target=self._ask_whether_ready, name="readiness", daemon=True)
        self._running = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._running.start()
        self._asking.start()
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            for process in reversed(self.processes):
                self.stop([process])
        finally:
            self._closing.set()
            self._running.join()

    @property
    def processes(self) -> Sequence[Process]:
        """Every process that was started, oldest first."""
        return list(self._processes.values())

    def __getitem__(self, name: str) -> Process:
        return self._processes[name]

    def start(self, *programs: Program) -> list[Process]:
        """Start programs, without waiting until they are ready. What they wrote last time is kept once."""
        started = [Process(program, self._logs / f"{program.name}.log") for program in programs]
        for process in started:
            if process.log.exists():
                process.log.replace(process.log.with_suffix(".log.1"))
            self._processes[process.name] = process
            self._tell(process.spawn)
        return started

    def wait_ready(self, processes: Iterable[Process]) -> None:
        """Wait until all of them can be used. Raises `ProgramFailed` for the first that cannot."""
        waiting = list(processes)
        while waiting:
            for process in waiting:
                _raise_unless_coming(process)
            waiting = [process for process in waiting if process.state is not State.READY]
            time.sleep(LOOK_EVERY)

    def run(self, *programs: Program) -> None:
        """Run programs that end by themselves, side by side. Raises `ProgramFailed` for one that fails."""
        started = self.start(*programs)
        wait_for(lambda: all(process.over for process in started))
        for process in started:
            if process.state is State.FAILED:
                raise ProgramFailed(process.name, f"ended with status {process.exit_status}", process.log)

    def stop(self, processes: Iterable[Process]) -> None:
        """Stop processes side by side, and wait until they are gone."""
        stopping = list(processes)
        for process in stopping:
            self._tell(partial(process.ask_to_stop, time.monotonic()))
        wait_for(lambda: all(process.over for process in stopping))

    def _tell(self, order: Callable[[], None]) -> None:
        done: Future[None] = Future()
        self._orders.put((order, done))
        done.result()

    def _run(self) -> None:
        while self._asking.is_alive() or not self._closing.is_set():
            try:
                order, done = self._orders.get(timeout=LOOK_EVERY)
            except queue.Empty:
                pass
            else:
                _obey(order, done)
            now = time.monotonic()
            for process in self.processes:
                process.look(now)

    def _ask_whether_ready(self) -> None:
        while not self._closing.wait(LOOK_EVERY):
            for process in self.processes:
                child = process.pid
                if process.state is State.STARTING and child is not None and _is_ready(process.program):
                    self._tell(partial(process.mark_ready, child))


def _obey(order: Callable[[], None], done: "Future[None]") -> None:
    try:
        order()
    except Exception as error:  # noqa: BLE001 - whoever gave the order gets the error
        done.set_exception(error)
    else:
        done.set_result(None)


def _is_ready(program: Program) -> bool:
    return program.ready is None or program.ready()


def _raise_unless_coming(process: Process) -> None:
    program = process.program
    if process.over or process.state is State.WAITING:
        raise ProgramFailed(program.name, f"ended with status {process.exit_status}", process.log)
    late = time.monotonic() - process.started_at > program.ready_seconds
    if process.state is State.STARTING and late:
        raise ProgramFailed(program.name, f"was not ready after {program.ready_seconds:g} s", process.log)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    while not condition():
        time.sleep(LOOK_EVERY)
