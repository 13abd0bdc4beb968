"""``keydesk parked``: look after messages that kept failing."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

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
    table = Table(Column("id", no_wrap=True), "room", "kind", "name", "queue", "parked at", "reason")
    for name in [room] if room else SERVICE_NAMES:
        with _database(name) as database, database.reading() as session:
            for row in parking.open_messages(session):
                table.add_row(
                    row.id, name, row.kind, row.name, row.queue, f"{row.parked_at:%F %T}", row.reason[:80]
                )
    console.print(table if table.row_count else "Nothing is parked.")


@app.command()
def show(parked_id: ParkedId, room: RoomOption = None) -> None:
    """Show one message with its body."""
    with _found(parked_id, room) as (_, row):
        for name, value in row._mapping.items():  # noqa: SLF001 - SQLAlchemy's public name for it
            console.print(f"[bold]{name}[/bold]: ", end="")
            console.print(str(value), markup=False)


@app.command()
def replay(parked_id: ParkedId, room: RoomOption = None) -> None:
    """Send one message again, through the outbox."""
    with _found(parked_id, room) as (database, _), database.transaction() as session:
        parking.replay(session, parked_id, actor=_actor(), now=datetime.now(UTC))
    console.print(f"{parked_id} is on its way again.")


@app.command()
def discard(parked_id: ParkedId, room: RoomOption = None) -> None:
    """Give one message up for good."""
    with _found(parked_id, room) as (database, _), database.transaction() as session:
        parking.discard(session, parked_id, actor=_actor(), now=datetime.now(UTC))
    console.print(f"{parked_id} is discarded.")


@contextmanager
def _database(room: str) -> Iterator[Database]:
    with settings_explained():
        database = Database(prepare(room)[1].require("database_url"), pool_size=1)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def _found(parked_id: str, room: str | None) -> Iterator[tuple[Database, Any]]:
    """The message and the database that it lies in; ends the command where there is none, or no open one."""
    for name in [room] if room else SERVICE_NAMES:
        with _database(name) as database:
            with database.reading() as session:
                row = parking.find(session, parked_id)
            if row is None:
                continue
            try:
                yield database, row
            except parking.NothingParked:
                console.print(f"{parked_id} was {row.resolution} by {row.resolved_by} already.")
                raise typer.Exit(1) from None
            return
    console.print(f"Nothing parked is called {parked_id}.")
    raise typer.Exit(1)


def _actor() -> str:
    return f"cli:{getpass.getuser()}"
