"""One program's process over time: started, ready, died, started again, stopped.

Its changing methods are for the supervisor's thread alone; the rest may be read and called from any.
"""

import contextlib
import enum
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from keydesk.deploy import parent
from keydesk.deploy.supervisor.program import Program

FIRST_DELAY = 0.2
"""Seconds before a process that died is started again; doubled each time it dies young."""
LONGEST_DELAY = 5.0
GROWN_UP = 10.0
"""A process that lived this many seconds did not die young."""


class State(enum.Enum):
    """Where a process stands."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "restarting"
    """It died, and will be started again in a moment."""
    STOPPING = "stopping"
    ENDED = "ended"
    """It was stopped, or did its work."""
    FAILED = "failed"
    """It ended with an error, and will not be started again."""


class Process:
    """A program under the supervisor."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.state = State.STARTING
        self.restarts = 0
        self.exit_status: int | None = None
        self.started_at = 0.0
        """When it was last started, by the monotonic clock."""
        self._child: subprocess.Popen[bytes] | None = None
        self._delay = FIRST_DELAY
        self._start_again_at = 0.0
        self._kill_at = 0.0

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        child = self._child
        return child.pid if child is not None and child.returncode is None else None

    @property
    def over(self) -> bool:
        """Whether it has ended and will not be started again."""
        return self.state in (State.ENDED, State.FAILED)

    def kill(self, signal_number: signal.Signals = signal.SIGKILL) -> int | None:
        """Send it a signal, as a fault would; its process id then, or None when it was not running."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal_number)
        return pid

    def spawn(self) -> None:
        """Start it, with its output added to its log, in a session of its own so that Ctrl-C is ours."""
        program = self.program
        tied = [sys.executable, "-I", "-S", parent.__file__]
        tied += [str(int(program.death_signal)), str(os.getpid()), program.user or "-"]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 - the programs are ours
                [*tied, *map(str, program.command)],
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
            )
        self.state = State.STARTING
        self.started_at = time.monotonic()

    def mark_ready(self, pid: int) -> None:
        """Note that the process ``pid``, if it is still the current one, can be used."""
        if self.state is State.STARTING and self.pid == pid:
            self.state = State.READY

    def look(self, now: float) -> None:
        """Notice that it ended, start it again when that is due, kill it when it takes too long to stop."""
        if self.state is State.WAITING:
            if now >= self._start_again_at:
                self.restarts += 1
                self._start_again(now)
            return
        if self._child is None or self.over:
            return
        status = self._child.poll()
        if status is not None:
            self._ended(status, now)
        elif self.state is State.STOPPING and now >= self._kill_at:
            self.kill()

    def ask_to_stop(self, now: float) -> None:
        """Tell it to stop, and not to be started again."""
        if self.state is State.WAITING:
            self.state = State.ENDED
        elif not self.over:
            self.state = State.STOPPING
            self._kill_at = now + self.program.stop_seconds
            self.kill(self.program.stop_signal)

    def _start_again(self, now: float) -> None:
        try:
            self.spawn()
        except OSError:  # no memory, no file handle, a folder gone: the thread must live, to try again
            self._start_again_at = now + LONGEST_DELAY

    def _ended(self, status: int, now: float) -> None:
        self.exit_status = status
        if self.state is State.STOPPING:
            self.state = State.ENDED
        elif not self.program.lasting:
            self.state = State.ENDED if status == 0 else State.FAILED
        else:
            grown_up = now - self.started_at >= GROWN_UP
            self._delay = FIRST_DELAY if grown_up else min(self._delay * 2, LONGEST_DELAY)
            self._start_again_at = now + self._delay
            self.state = State.WAITING
