"""Scanning files for viruses, with the program that the settings name."""

import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from keydesk.chassis.database import Database
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.services.catalog.attachments import repository
from keydesk.services.catalog.attachments.store import AttachmentStore
from keydesk.services.catalog.models.attachments import ScanStatus
from keydesk.services.catalog.settings import CatalogSettings

Scanner = Callable[[Path], ScanStatus]

log = get_logger(__name__)


class ScannerFailed(Exception):
    """The scanner neither found the file clean nor infected; it is tried again."""


def scanner_of(settings: CatalogSettings) -> Scanner:
    """What scans files; without a command, everything is ``not_scanned``."""
    words = settings.scan_words
    if not words:
        return lambda _path: "not_scanned"

    def scan(path: Path) -> ScanStatus:
        # It reads what strangers sent: it is told none of this process's secrets, and no shell sees the path.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        try:
            ended = subprocess.run(  # noqa: S603 - the operator's own command
                [*words, str(path)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=settings.scan_timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ScannerFailed(type(error).__name__) from error
        if ended.returncode not in (0, 1):
            raise ScannerFailed(f"ended with {ended.returncode}")
        return "infected" if ended.returncode else "clean"

    return scan


def scan_attachment(
    database: Database,
    store: AttachmentStore,
    scanner: Scanner,
    attachment_id: str,
    now: Callable[[], datetime],
) -> None:
    """Scan a file, unless it is; remove an infected one. Idempotent."""
    with database.reading() as session:
        status = repository.scan_status(session, attachment_id)
    if status == "pending":
        status = _scanned(store, scanner, attachment_id)
        with database.transaction() as session:
            repository.set_scanned(session, attachment_id, status, now())
    if status == "infected":  # nobody gets it from here on, so that it can go
        store.remove(attachment_id)


def _scanned(store: AttachmentStore, scanner: Scanner, attachment_id: str) -> ScanStatus:
    try:
        with store.local(attachment_id) as path:
            found = scanner(path)
    except FileNotFoundError:
        log.error("attachment_lost", attachment_id=attachment_id)  # noqa: TRY400 - there is nothing to trace
        return "lost"
    if found == "infected":
        log.warning("attachment_infected", attachment_id=attachment_id)
    return found
