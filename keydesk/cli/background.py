"""What the commands of background processes share: their rooms' contexts, a stop signal, threads."""

import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

import typer
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from keydesk.chassis.database import Database
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.resources import Resources
from keydesk.chassis.room import Room
from keydesk.chassis.settings import RoomSettings
from keydesk.chassis.telemetry import probe
from keydesk.chassis.telemetry.logging import configure_logging
from keydesk.cli.starting import prepare


@dataclass(frozen=True)
class Started:
    """One room in a background process."""

    room: Room
    settings: RoomSettings
    context: WorkContext

    @property
    def names(self) -> Names:
        """The names on the broker."""
        return Names(self.settings.broker_prefix)

    @property
    def broker_url(self) -> str:
        """Where the broker is; raises `BadSettings` when unset."""
        return self.settings.require("broker_url")

    def missing(self) -> list[str]:
        """What this room's background work lacks right now: its database, the broker."""
        lacks: list[str] = []
        if self.settings.database_url is not None:
            try:
                with self.context.database.reading() as session:
                    session.execute(text("SELECT 1"))
            except SQLAlchemyError:
                lacks.append(f"{self.room.name} database")
        address = urlsplit(self.broker_url)
        default = 5672 if address.scheme.startswith("amqp") else 6379
        try:
            socket.create_connection((address.hostname, address.port or default), timeout=2).close()
        except OSError:
            lacks.append("broker")
        return lacks


def start(names: Sequence[str]) -> list[Started]:
    """The rooms called ``names``, ready to work. Raises `BadSettings`."""
    started: list[Started] = []
    for name in names:
        room, settings = prepare(name)
        url = settings.database_url
        database = Database(url.get_secret_value(), pool_size=settings.database_pool_size) if url else None
        context = WorkContext(settings, Resources(settings), database)
        started.append(Started(room, settings, context))
        settings.require("broker_url")
    first = started[0].settings
    configure_logging(room="+".join(names), level=first.log_level, as_json=first.log_json)
    return started


MetricsPort = Annotated[
    int | None,
    typer.Option(help="Serve /metrics, /livez and /readyz on this port of 127.0.0.1.", min=1, max=65535),
]


def serve_probe(port: int | None, started: Sequence[Started]) -> None:
    """Let this process be watched, if a port is given; `typer.Exit` when it is in use."""
    watch(port, lambda: [lack for one in started for lack in one.missing()])


def watch(port: int | None, missing: probe.Missing | None = None) -> None:
    """As `serve_probe`, with what the process lacks told by ``missing``."""
    if port is None:
        return
    try:
        probe.serve(port, missing)
    except OSError as error:
        typer.echo(f"keydesk: port {port}: {error.strerror}", err=True)
        raise typer.Exit(1) from None


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def run_until(stop: threading.Event, tasks: Sequence[tuple[str, Callable[[], None]]]) -> None:
    """Run each task in a thread until ``stop``; a thread that ends before its time ends the process."""
    died: list[str] = []

    def guard(name: str, task: Callable[[], None]) -> None:
        try:
            task()
        finally:
            if not stop.is_set():
                died.append(name)
                stop.set()

    threads = [threading.Thread(target=guard, args=task, name=task[0], daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    while not stop.wait(1.0):
        pass
    for thread in threads:
        thread.join(timeout=20)
    if died:
        typer.echo(f"keydesk: {', '.join(died)} ended unexpectedly; the log says why", err=True)
        raise typer.Exit(1)
