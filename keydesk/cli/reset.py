"""``keydesk reset``: forget all that the local stack kept."""

from pathlib import Path
from typing import Annotated

import typer

from keydesk.deploy.embedded import StackRuns
from keydesk.deploy.embedded.options import DATA
from keydesk.deploy.embedded.state import wipe

app = typer.Typer()


@app.command()
def reset(data_dir: Annotated[Path, typer.Option(help="Where the stack keeps everything.")] = DATA) -> None:
    """Wipe the data of the local stack. Refuses while it runs."""
    try:
        wiped = wipe(data_dir.resolve())
    except StackRuns as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Wiped {data_dir}." if wiped else f"There is nothing in {data_dir}.")
