"""``keydesk parked``: look after messages that kept failing."""

import getpass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from keydesk.chassis.database import Database
from keydesk.chassis.messaging import parking
from keydesk.cli.starting import known_rooms, prepare, settings_explained
from keydesk.rooms import SERVICE_NAMES

app = typer.Typer(no_args_is_help=True)
console = Console()

RoomOption = Annotated[
    str | None, typer.Option("--room", help="Only this room's messages.", callback=known_rooms)
]
ParkedId = Annotated[str, typer.Argument(help="As `keydesk parked list` shows it.")]


@app.command("list")
def list_(room: RoomOption = None) -> None:
    """List what waits, oldest first."""
    table = Table("id", "room", "kind", "name", "queue", "parked at", "reason")
    for name, database in _databases(room):
        with database.reading() as session:
            for row in parking.open_messages(session):
                table.add_row(
                    row.id, name, row.kind, row.name, row.queue, f"{row.parked_at:%F %T}", row.reason[:80]
                )
    console.print(table if table.row_count else "Nothing is parked.")


@app.command()
def show(parked_id: ParkedId, room: RoomOption = None) -> None:
    """Show one message with its body."""
    _, row = _find(parked_id, room)
    for name, value in row._mapping.items():  # noqa: SLF001 - SQLAlchemy's public name for it
        console.print(f"[bold]{name}[/bold]: ", end="")
        console.print(str(value), markup=False)


@app.command()
def replay(parked_id: ParkedId, room: RoomOption = None) -> None:
    """Send one message again, through the outbox."""
    database, _ = _find(parked_id, room)
    with database.transaction() as session:
        parking.replay(session, parked_id, actor=_actor(), now=datetime.now(UTC))
    console.print(f"{parked_id} is on its way again.")


@app.command()
def discard(parked_id: ParkedId, room: RoomOption = None) -> None:
    """Give one message up for good."""
    database, _ = _find(parked_id, room)
    with database.transaction() as session:
        parking.discard(session, parked_id, actor=_actor(), now=datetime.now(UTC))
    console.print(f"{parked_id} is discarded.")


def _databases(only: str | None) -> list[tuple[str, Database]]:
    with settings_explained():
        return [
            (name, Database(prepare(name)[1].require("database_url"), pool_size=1))
            for name in ([only] if only else SERVICE_NAMES)
        ]


def _find(parked_id: str, only: str | None) -> tuple[Database, Any]:
    for _, database in _databases(only):
        with database.reading() as session:
            try:
                row = parking.find(session, parked_id)
            except parking.NothingParked:
                continue
        if row.resolution is not None:
            console.print(f"{parked_id} was {row.resolution} by {row.resolved_by} already.")
        return database, row
    console.print(f"Nothing parked is called {parked_id}.")
    raise typer.Exit(1)


def _actor() -> str:
    return f"cli:{getpass.getuser()}"
