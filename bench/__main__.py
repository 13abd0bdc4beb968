"""``python -m bench [PART…]``: measure, print a table, keep the figures as JSON in ``var/bench``."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import issuance
from bench.figures import Figure, table
from bench.machine import machine

FOLDER = Path(__file__).parents[1] / "var" / "bench"
console = Console()


app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    short: Annotated[bool, typer.Option("--short", help="Few and small turns: to try it out.")] = False,
) -> None:
    """Measure everything against the limits of this machine."""
    figures: list[Figure] = []
    load_before = os.getloadavg()
    with machine(most_of_a_kind=max(issuance.WORKERS)) as servers:
        figures += issuance.measure(servers, turns=2 if short else 8, batches=4 if short else 10)
    console.print(table(figures))
    found = {
        "at": datetime.now(UTC).isoformat(),
        "load_before": load_before,
        "load_after": os.getloadavg(),
        "figures": [figure.as_json() for figure in figures],
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    app()
