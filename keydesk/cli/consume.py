"""``keydesk consume ROOM…``: take in the facts of other rooms."""

import threading
from collections.abc import Callable
from typing import Annotated

import typer

from keydesk.chassis.messaging.bus import open_bus
from keydesk.chassis.messaging.consumers import Intake
from keydesk.chassis.messaging.work import Consumer
from keydesk.cli.background import MetricsPort, Started, run_until, serve_probe, start, stop_on_signals
from keydesk.cli.starting import known_rooms, settings_explained

app = typer.Typer()


@app.command()
def consume(
    rooms: Annotated[list[str], typer.Argument(help="The rooms to consume for.", callback=known_rooms)],
    metrics_port: MetricsPort = None,
) -> None:
    """Take in facts for rooms until told to stop."""
    with settings_explained():
        started = start(rooms)
    serve_probe(metrics_port, started)
    stop = stop_on_signals()
    run_until(
        stop,
        [
            (f"consume {consumer.name}", _task(one, consumer, stop))
            for one in started
            for consumer in one.room.consumers
        ],
    )


def _task(one: Started, consumer: Consumer, stop: threading.Event) -> Callable[[], None]:
    intake = Intake(consumer, one.context)
    bus = open_bus(one.broker_url, one.names)
    types = [fact.TYPE for fact in consumer.facts]

    def run() -> None:
        bus.consume(consumer.name, types, intake.take, on_dead=intake.bury, batch=consumer.batch, stop=stop)

    return run
