"""What the catalog may be told by its environment, beyond what every room is told."""

import shlex
from pathlib import Path

from pydantic import Field, field_validator

from keydesk.chassis.settings import RoomSettings


class CatalogSettings(RoomSettings):
    """Settings of the catalog's processes (``KEYDESK_CATALOG_…``, else ``KEYDESK_…``)."""

    attachments_dir: Path | None = None
    """The folder of files on requests; every process of the catalog sees the same one. None: no files."""
    scan_command: str = ""
    """What scans a file, its path added as the last word: ends with 0 for a clean one, 1 for an infected one
    (``clamdscan --fdpass --no-summary``). Empty: files are not scanned."""
    scan_timeout: int = Field(default=120, ge=1)
    """Seconds that scanning one file may take."""

    @field_validator("scan_command")
    @classmethod
    def _command_can_be_read(cls, value: str) -> str:
        shlex.split(value)
        return value

    @property
    def scan_words(self) -> tuple[str, ...]:
        """``scan_command``, split as a shell would."""
        return tuple(shlex.split(self.scan_command))
