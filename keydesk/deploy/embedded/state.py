"""What a running stack leaves in its data folder for other processes: a lock, its addresses, its settings."""

import contextlib
import fcntl
import json
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from keydesk.deploy.embedded.options import StackRuns
from keydesk.deploy.servers.folders import servers_folder

STATE = "stack.json"
"""While the stack runs: where it is, and its process id."""
ENVIRONMENT = "stack.env"
"""While the stack runs: every setting, for a shell that is to run single commands against it."""
_LOCK = "lock"
_PRIVATE = 0o600


@contextlib.contextmanager
def locked(data: Path) -> Iterator[None]:
    """Keep every other stack out of a data folder. Raises `StackRuns` when there is one."""
    with (data / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = read_state(data).get("public_url", "an address of its own")
            raise StackRuns(
                f"Keydesk runs already, at {where}. Stop it first, or choose another --data-dir."
            ) from None
        yield


@contextlib.contextmanager
def written_down(data: Path, state: Mapping[str, Any], settings: Mapping[str, str]) -> Iterator[None]:
    """Say where the stack is, until the block ends."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(settings.items())]
    _write(data / ENVIRONMENT, "".join(lines))
    _write(data / STATE, json.dumps(dict(state), indent=2))
    try:
        yield
    finally:
        for name in (STATE, ENVIRONMENT):
            (data / name).unlink(missing_ok=True)


def read_state(data: Path) -> dict[str, Any]:
    """What the running stack says of itself; empty when none runs."""
    try:
        state: dict[str, Any] = json.loads((data / STATE).read_text())
    except FileNotFoundError:
        return {}
    return state


def wipe(data: Path) -> bool:
    """Remove all that a stack kept in a folder; false when there is nothing. Raises `StackRuns`."""
    if not (data / _LOCK).exists():
        return False
    with locked(data):
        shutil.rmtree(servers_folder(data), ignore_errors=True)
        shutil.rmtree(data)
    return True


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(handle, "w") as file:
        file.write(text)
