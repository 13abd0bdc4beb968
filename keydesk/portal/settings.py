"""What the portal may be told."""

from pathlib import Path

from keydesk.chassis.settings import RoomSettings


class PortalSettings(RoomSettings):
    """The portal waits for other rooms most of the time, so it has more threads than a service."""

    request_threads: int = 16
    contacts_file: Path | None = None
    """Contact details by region, like ``contact/contacts.toml``, which counts where none is named."""
