"""``keydesk worker ROOM…``: do the jobs of rooms' queues."""

from typing import Annotated

import typer

from keydesk.chassis.messaging.celery_app import celery_app
from keydesk.chassis.messaging.jobs import register
from keydesk.chassis.telemetry.metrics import serve_metrics
from keydesk.cli.background import start
from keydesk.cli.starting import known_rooms, settings_explained

app = typer.Typer()


@app.command()
def worker(
    rooms: Annotated[list[str], typer.Argument(help="The rooms to work for.", callback=known_rooms)],
    concurrency: Annotated[int, typer.Option(help="Jobs at once in this process.", min=1)] = 1,
    queues: Annotated[
        str | None, typer.Option(help="Only these queues, with commas between; all of the rooms' otherwise.")
    ] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Serve /metrics on this port.")] = None,
) -> None:
    """Do jobs until told to stop. Start more of these processes to do more at once.

    Jobs run in threads of one process, so that heartbeats are answered while they work; processes, not
    threads, are what uses more cores.
    """
    with settings_explained():
        started = start(rooms)
    serve_metrics(metrics_port)
    wanted = queues.split(",") if queues else None
    known = sorted({job.type.queue for one in started for job in one.room.jobs})
    chosen = [queue for queue in known if wanted is None or queue in wanted]
    if not chosen or (wanted is not None and set(wanted) - set(known)):
        raise typer.BadParameter(f"the queues of these rooms are {', '.join(known) or 'none'}")
    celery = celery_app(started[0].broker_url, started[0].names, chosen)
    for one in started:
        register(celery, one.room.jobs, one.context)
    celery.worker_main(
        [
            "worker",
            "--pool=threads",
            f"--concurrency={concurrency}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
            f"--hostname={'+'.join(rooms)}@%h",
        ]
    )
