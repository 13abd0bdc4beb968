"""``keydesk relay ROOM…``: publish outboxes, and run the rooms' sweeps."""

import threading
from collections.abc import Callable
from typing import Annotated

import typer

from keydesk.chassis.messaging.relay import Relay, Topology
from keydesk.chassis.messaging.sweeper import run_sweeps
from keydesk.chassis.messaging.upkeep import upkeep_of
from keydesk.cli.background import MetricsPort, Started, run_until, serve_probe, start, stop_on_signals
from keydesk.cli.starting import known_rooms, settings_explained
from keydesk.rooms import ROOM_NAMES, room

app = typer.Typer()


@app.command()
def relay(
    rooms: Annotated[list[str], typer.Argument(help="The rooms to relay for.", callback=known_rooms)],
    metrics_port: MetricsPort = None,
) -> None:
    """Publish the outboxes of rooms until told to stop, and run their sweeps."""
    with settings_explained():
        started = start(rooms)
    serve_probe(metrics_port, started)
    stop = stop_on_signals()
    topology = everybody_listening()
    tasks: list[tuple[str, Callable[[], None]]] = []
    for one in started:
        tasks += _tasks(one, topology, stop)
    run_until(stop, tasks)


def everybody_listening() -> Topology:
    """Every room's consumers with what they want: their queues exist before the first fact is published."""
    return [
        (consumer.name, [fact.TYPE for fact in consumer.facts])
        for name in ROOM_NAMES
        for consumer in room(name).consumers
    ]


def _tasks(one: Started, topology: Topology, stop: threading.Event) -> list[tuple[str, Callable[[], None]]]:
    made = Relay(
        one.room.name,
        one.settings.require("database_url"),
        one.broker_url,
        names=one.names,
        topology=topology,
    )
    sweeps = [*one.room.sweeps, *upkeep_of(one.room.jobs, one.broker_url, one.names)]
    return [
        (f"relay {one.room.name}", lambda: made.run(stop)),
        (f"sweeps {one.room.name}", lambda: run_sweeps(sweeps, one.context, stop)),
    ]
