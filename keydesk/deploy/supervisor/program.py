"""What to run: a program, with all that starting, watching and stopping it takes."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Readiness = Callable[[], bool]
"""Whether a running program can be used by now. It must answer within a second or so, and not raise."""

LOG_TAIL_BYTES = 4_000


@dataclass(frozen=True)
class Program:
    """A program that runs until it is told to stop, or (`lasting` false) until it has done its work."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    """All that it sees: nothing is inherited."""
    ready: Readiness | None = None
    """None: it is ready as soon as it runs."""
    user: str | None = None
    """Whom it runs as, when the supervisor is root."""
    lasting: bool = True
    """Started again when it ends unasked."""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends when the supervisor dies."""
    stop_seconds: float = 15
    """How long it may take to stop before it is killed."""
    ready_seconds: float = 120
    """How long it may take to become ready."""


class ProgramFailed(Exception):
    """A program ended, or did not become ready, when it should have; with the end of its log."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        super().__init__(f"{name} {what}; its log is {log}")
        self.name = name
        self.what = what
        self.log = log

    @property
    def log_tail(self) -> str:
        """The last lines that the program wrote."""
        return tail(self.log)


def tail(log: Path) -> str:
    """The last lines of a log file, whole; empty when there is none."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LOG_TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return text if size <= LOG_TAIL_BYTES else text.partition("\n")[2]
