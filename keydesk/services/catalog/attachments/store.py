"""Where files on requests stand: outside the database, each under the id of its row."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from keydesk.services.catalog.attachments.problems import NoFilesHere
from keydesk.services.catalog.settings import CatalogSettings

_TEMPORARY = ".part"


class AttachmentStore(Protocol):
    """Keeps files by id."""

    def keep(self, attachment_id: str, content: bytes) -> None:
        """Keep a file; once this returns it outlives a crash of the machine."""

    def read(self, attachment_id: str) -> bytes:
        """A file's content; raises `FileNotFoundError`."""

    def local(self, attachment_id: str) -> AbstractContextManager[Path]:
        """A path of this machine at which a program can read the file; raises `FileNotFoundError`."""

    def remove(self, attachment_id: str) -> None:
        """Remove a file, if it is there."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The ids of files that were kept before ``moment``; what was never finished goes meanwhile."""


class FolderStore:
    """An `AttachmentStore` in one folder, which only this user can look into. For one writer a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, attachment_id: str, content: bytes) -> None:
        """Write under another name, bring it to the disk, and only then give it its own."""
        temporary = self._folder / f"{attachment_id}{_TEMPORARY}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self._folder / attachment_id)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, attachment_id: str) -> bytes:
        """The file in the folder."""
        return (self._folder / attachment_id).read_bytes()

    @contextmanager
    def local(self, attachment_id: str) -> Iterator[Path]:
        """The file itself."""
        path = self._folder / attachment_id
        if not path.is_file():
            raise FileNotFoundError(attachment_id)
        yield path.resolve()

    def remove(self, attachment_id: str) -> None:
        """Remove it from the folder."""
        (self._folder / attachment_id).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        """By the time at which each was written."""
        for path in self._folder.iterdir():
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # removed by somebody else meanwhile
            if written >= moment:
                continue
            if path.name.endswith(_TEMPORARY):
                path.unlink(missing_ok=True)
            else:
                yield path.name


def store_of(settings: CatalogSettings) -> AttachmentStore:
    """The store that the settings name; raises `NoFilesHere` where they name none."""
    if settings.attachments_dir is None:
        raise NoFilesHere
    return FolderStore(settings.attachments_dir)
