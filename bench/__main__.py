"""``python -m bench [PART…]``: measure, print a table, keep the figures as JSON in ``var/bench``.

Every figure is a ratio to a limit of this machine that is measured in the same run.
"""

import json
import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import catalog, catalog_world, click_to_key, gateway, issuance, relay, stack
from bench.figures import Figure, table
from bench.machine import machine
from keydesk.deploy.servers.folders import temporary_folder

FOLDER = Path(__file__).parents[1] / "var" / "bench"
console = Console()
app = typer.Typer(pretty_exceptions_enable=False)


class Part(StrEnum):
    """What can be measured by itself."""

    ISSUANCE = "issuance"
    GATEWAY = "gateway"
    RELAY = "relay"
    CATALOG = "catalog"
    STACK = "stack"
    """With it: click to key."""


@app.command()
def main(
    parts: Annotated[list[Part] | None, typer.Argument(help="What to measure; everything otherwise.")] = None,
    *,
    short: Annotated[bool, typer.Option("--short", help="Few and small turns: to try it out.")] = False,
) -> None:
    """Measure Keydesk against the limits of this machine."""
    load_before = os.getloadavg()
    figures: list[Figure] = []
    for figure in _measured(parts or list(Part), short=short):
        console.print(f"{figure.name}: {figure.value:,.4g} {figure.unit}", highlight=False)
        figures.append(figure)
    console.print(table(figures))
    console.print(
        f"Load before {load_before[0]:.1f}, after {os.getloadavg()[0]:.1f}, of {os.cpu_count()} CPUs."
    )
    console.print(f"Kept in {_keep(figures, load_before)}.", soft_wrap=True)


def _measured(parts: Collection[Part], *, short: bool) -> Iterator[Figure]:
    turns = 2 if short else 8
    with machine(most_of_a_kind=max(issuance.WORKERS)) as servers:
        seconds, memory = servers.seconds_to_ready, servers.servers_memory_bytes()
        if Part.ISSUANCE in parts:
            yield from issuance.measure(servers, turns=turns, batches=4 if short else 10)
        if Part.GATEWAY in parts:
            yield from gateway.measure(servers, turns=turns, requests=1_000 if short else 4_000)
        if Part.RELAY in parts:
            yield from relay.measure(servers, turns=turns, rows=1_000 if short else 5_000)
        if Part.CATALOG in parts:
            yield from catalog.measure(
                servers, turns=20 if short else 100, licenses=100_000 if short else catalog_world.LICENSES
            )
    if Part.STACK in parts:
        with temporary_folder("keydesk-bench-") as folder, stack.running(folder) as started:
            yield from stack.measure(started, servers_seconds=seconds, servers_bytes=memory)
            yield from click_to_key.measure(started, folder, clicks=10 if short else 200)


def _keep(figures: Collection[Figure], load_before: tuple[float, float, float]) -> Path:
    at = datetime.now(UTC)
    found = {
        "at": at.isoformat(),
        "processors": os.cpu_count(),
        "load_before": load_before,
        "load_after": os.getloadavg(),
        "figures": [figure.as_json() for figure in figures],
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{at:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(found, indent=2))
    return path


if __name__ == "__main__":
    app()
