"""Small programs for tests of whatever runs programs, and a look at which processes there are."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from keydesk.deploy.supervisor import Program

WAIT_SECONDS = 30


def a_program(name: str, code: str, **rest: object) -> Program:
    """A program that runs a few lines of Python."""
    return Program(name, [sys.executable, "-I", "-S", "-c", code], **rest)  # type: ignore[arg-type]  # checked there


@contextmanager
def a_mortal(command: Sequence[str]) -> "Iterator[subprocess.Popen[str]]":
    """A process that a test may kill, and that can import what tests can. It is dead when the block ends."""
    with subprocess.Popen(  # noqa: S603 - the command is the test's own
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def is_running(pid: int) -> bool:
    """Whether a process is there and not a zombie, which nobody may have reaped."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def eventually(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds; an `AssertionError` when it does not within half a minute."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
