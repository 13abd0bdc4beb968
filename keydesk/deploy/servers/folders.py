"""Where a private server lives, and as whom: it must own its folder, and never be root.

PostgreSQL refuses to run as root. Where we are root, servers run as an unprivileged user, who must be able to
reach both the programs and the data: where a folder on the way is closed to others (``/root`` is), both go to
`CLOSED_OFF` instead.
"""

import hashlib
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

UNPRIVILEGED = "nobody"
"""Debian has this user everywhere. A numeric id without an entry will not do: initdb asks for the name."""
CLOSED_OFF = Path("/var/lib/keydesk")
_SEARCHABLE = 0o001
_PRIVATE = 0o700


@dataclass(frozen=True)
class ServerHome:
    """A folder with a server's data in it, and the user that it runs as."""

    folder: Path
    user: str | None
    """None: as whoever we are."""

    def make(self, name: str) -> Path:
        """A folder for one server alone, readable by its user alone."""
        made = self.folder / name
        made.mkdir(mode=_PRIVATE, exist_ok=True)
        self.give(made)
        return made

    def write(self, path: Path, text: str) -> None:
        """Write a file that only the server's user may read."""
        # The folder is the server user's: root must not be led elsewhere by a link in it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        self.give(path)

    def give(self, path: Path) -> None:
        """Make the server's user the owner of ``path``."""
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def programs(self, package: str) -> Path:
        """The folder of an installed package with programs in it, as the server's user can reach it."""
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"{package} is not installed", name=package)
        installed = Path(spec.origin).parent
        if self.user is None or reachable(installed):
            return installed
        return _copied(installed, self.folder / "programs" / version(package.replace("_", "-")))


def server_home(data: Path) -> ServerHome:
    """Where the servers of the stack in the folder ``data`` live. Makes the folder."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    home = ServerHome(servers_folder(data), user)
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    return home


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A folder for the data of servers that are not to last, which the servers' user can reach."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def servers_folder(data: Path) -> Path:
    """The folder of the servers' data of the stack in ``data``: inside it, unless nobody could reach it."""
    if os.geteuid() != 0 or reachable(data):
        return data / "servers"
    return CLOSED_OFF / hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]


def reachable(path: Path) -> bool:
    """Whether every user may pass through to ``path`` (which need not exist yet)."""
    return all(
        folder.stat().st_mode & _SEARCHABLE for folder in (path, *path.resolve().parents) if folder.exists()
    )


def _copied(installed: Path, target: Path) -> Path:
    copy = target / installed.name
    if not copy.exists():
        target.mkdir(parents=True, exist_ok=True)
        # The wheel keeps its shared libraries beside its package, where its programs look for them.
        for part in (installed.with_name(f"{installed.name}.libs"), installed):
            if part.exists():
                unfinished = target / f"{part.name}.part"
                shutil.rmtree(unfinished, ignore_errors=True)
                shutil.copytree(part, unfinished, ignore=shutil.ignore_patterns("__pycache__", "include"))
                unfinished.rename(target / part.name)
    return copy
