"""``keydesk serve ROOM``: one room's HTTP application under uvicorn, in one process or several."""

import os
from typing import Annotated, Any

import typer
import uvicorn
from starlette.types import ASGIApp

from keydesk.cli.background import MetricsPort, watch
from keydesk.cli.starting import known_rooms, prepare, settings_explained
from keydesk.deploy.parent import end_with_parent

SERVED = "KEYDESK_SERVED_ROOM"
"""Tells each of several worker processes, which import this module afresh, what it serves."""
DRAIN_SECONDS = 10
"""How long requests that are under way may take once the process was asked to stop."""

app = typer.Typer()


@app.command()
def serve(
    room: Annotated[str, typer.Argument(help="The room to serve.", callback=known_rooms)],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8080,
    workers: Annotated[int, typer.Option(help="Processes that share the port.", min=1)] = 1,
    metrics_port: MetricsPort = None,
) -> None:
    """Run one room's HTTP application until it is told to stop."""
    if metrics_port is not None and workers > 1:
        raise typer.BadParameter(
            "each of several processes counts for itself: run them apart to measure them"
        )
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        "lifespan": "on",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": DRAIN_SECONDS,
    }
    with settings_explained():
        if workers == 1:
            watch(metrics_port)
            uvicorn.run(_application(room), **options)
        else:
            prepare(room)
            os.environ[SERVED] = room
            uvicorn.run("keydesk.cli.serve:in_worker", factory=True, workers=workers, **options)


def in_worker() -> ASGIApp:
    """The application of a worker process; called by uvicorn there."""
    end_with_parent()
    return _application(os.environ[SERVED])


def _application(name: str) -> ASGIApp:
    described, settings = prepare(name)
    settings.require("identity_jwks_file")
    return described.create_app(settings)
