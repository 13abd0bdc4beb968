"""``keydesk worker ROOM…``: do the jobs of rooms' queues."""

import time
import warnings
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any

import typer
from celery import signals
from celery.platforms import SecurityWarning
from sqlalchemy.exc import SQLAlchemyError

from keydesk.chassis.database import is_away
from keydesk.chassis.messaging.celery_app import celery_app
from keydesk.chassis.messaging.jobs import DATABASE_POLL_SECONDS, register
from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.cli.background import MetricsPort, Started, serve_probe, start
from keydesk.cli.starting import known_rooms, settings_explained
from keydesk.deploy.parent import end_with_parent

app = typer.Typer()
log = get_logger(__name__)


@app.command()
def worker(
    rooms: Annotated[list[str], typer.Argument(help="The rooms to work for.", callback=known_rooms)],
    concurrency: Annotated[int, typer.Option(help="Jobs at once, each in a process.", min=1)] = 1,
    queues: Annotated[
        str | None, typer.Option(help="Only these queues, with commas between; all of the rooms' otherwise.")
    ] = None,
    metrics_port: MetricsPort = None,
) -> None:
    """Do jobs until told to stop. For more at once, start more of these, or give a concurrency.

    One at a time is done in this very process, which needs the least memory and the least time between two
    jobs. More are done by child processes; what they count is not in this process's metrics.
    """
    with settings_explained():
        started = start(rooms)
        chosen = _chosen(started, queues)
        celery = celery_app(
            started[0].broker_url,
            started[0].names,
            chosen,
            heartbeats=concurrency > 1,
            visibility_seconds=started[0].settings.job_visibility_seconds,
        )
        for one in started:
            register(celery, one.room.jobs, one.context)
            prepare(one, chosen)
    serve_probe(metrics_port, started)
    warnings.filterwarnings("ignore", category=SecurityWarning)  # who may run it is the deployment's to say
    options: dict[str, Any] = {"pool_cls": "solo", "use_eventloop": False}
    if concurrency > 1:
        options = {"pool_cls": "prefork", "optimization": "fair"}
        forget = _begin_child(started)
        signals.worker_process_init.connect(forget)
    celery.Worker(
        hostname=f"{'+'.join(rooms)}@%h",
        concurrency=concurrency,
        quiet=True,
        without_heartbeat=True,
        **options,
    ).start()


def _chosen(started: Sequence[Started], queues: str | None) -> list[str]:
    known = sorted({job.type.queue for one in started for job in one.room.jobs})
    wanted = known if queues is None else queues.split(",")
    if not wanted or set(wanted) - set(known):
        raise typer.BadParameter(f"the queues of these rooms are {', '.join(known) or 'none'}")
    return wanted


def prepare(one: Started, queues: Collection[str]) -> None:
    """Let the jobs of these queues prepare themselves, as soon as the database is there."""
    for job in one.room.jobs:
        if job.prepare is not None and job.type.queue in queues:
            _when_database_is_there(job.prepare, one.context)


def _when_database_is_there(prepare: Callable[[WorkContext], None], context: WorkContext) -> None:
    while True:
        try:
            prepare(context)
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            log.warning("worker_waits_for_database", error=str(error))
            time.sleep(DATABASE_POLL_SECONDS)
        else:
            return


def _begin_child(started: Sequence[Started]) -> Any:
    """What each child process does first: let go of its parent's connections, and end with it."""

    def begin(**_options: Any) -> None:
        end_with_parent()
        for one in started:
            one.context.database.engine.dispose(close=False)

    return begin
