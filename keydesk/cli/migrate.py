"""``keydesk migrate ROOM…``: bring databases to the current schema, and load demo data on request."""

import time
from typing import Annotated

import typer

from keydesk.chassis import migrations
from keydesk.chassis.database import Database
from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.resources import Resources
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.cli.starting import known_rooms, prepare, settings_explained
from keydesk.rooms import SERVICE_NAMES

app = typer.Typer()
log = get_logger(__name__)


@app.command()
def migrate(
    rooms: Annotated[
        list[str] | None,
        typer.Argument(
            help="The rooms whose databases to migrate; all when none is named.", callback=known_rooms
        ),
    ] = None,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo data as well.")] = False,
) -> None:
    """Bring the databases of rooms to the current schema. Doing it again changes nothing."""
    with settings_explained():
        for name in rooms or SERVICE_NAMES:
            _migrate(name, demo=demo)


def _migrate(name: str, *, demo: bool) -> None:
    described, settings = prepare(name)
    started = time.monotonic()
    url = settings.require("database_url")
    migrations.upgrade(described, url)
    log.info("migrated", seconds=round(time.monotonic() - started, 2))
    if not demo or described.demo is None:
        return
    started = time.monotonic()
    database = Database(url)
    try:
        described.demo(WorkContext(settings, Resources(settings), database))
    finally:
        database.dispose()
    log.info("demo_loaded", seconds=round(time.monotonic() - started, 2))
