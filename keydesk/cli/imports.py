"""``keydesk import``: loads products or orders from a CSV file through the portal's public API."""

import os
import time
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from keydesk.cli.import_api import Away, ImportApi, Refused

LOOK_EVERY_SECONDS = 0.3
PASSWORD = "KEYDESK_PASSWORD"  # noqa: S105 - the name of a variable
REPORTED_LINES = 50
"""How many failed lines are printed; the page of the import has all of them."""

app = typer.Typer(add_completion=False)


class Kind(StrEnum):
    """What a file holds."""

    products = "products"
    orders = "orders"


@app.command()
def load(
    kind: Annotated[Kind, typer.Argument(help="What the file holds")],
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8")],
    *,
    url: Annotated[str, typer.Option(help="The portal's address")] = "http://127.0.0.1:8080",
    token: Annotated[
        str | None,
        typer.Option(help="An API token (scopes imports:read, imports:write)", envvar="KEYDESK_TOKEN"),
    ] = None,
    login: Annotated[
        str | None,
        typer.Option(help=f"Log in as this operator instead; asks for the password, or reads {PASSWORD}"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing, tell what would change")
    ] = False,
) -> None:
    """Load a file, follow it, and report the lines that failed.

    Ends with 0 where no line failed, 1 where one did, 2 where the file could not be sent.
    """
    console = Console(highlight=False)
    content = _read(console, file)
    if login is None and token is None:
        _stop(console, "Say who you are: --token (or KEYDESK_TOKEN), or --login.")
    with ImportApi(url, token=None if login else token) as api:
        try:
            with _identified(api, login):
                sent = api.send(kind.value, file.name, content, dry_run=dry_run)
                finished = _follow(console, api, sent)
                _report(console, api, finished)
        except Refused as refused:
            _stop(console, str(refused), *(error["detail"] for error in refused.errors))
        except Away as away:
            _stop(console, str(away))
    clean = finished["status"] == "completed" and finished["counts"]["failed"] == 0
    raise typer.Exit(0 if clean else 1)


def _identified(api: ImportApi, login: str | None) -> AbstractContextManager[None]:
    if login is None:
        return nullcontext()
    password = os.environ.get(PASSWORD) or typer.prompt(f"Password of {login}", hide_input=True)
    return api.session(login, password)


def _follow(console: Console, api: ImportApi, sent: dict[str, Any]) -> dict[str, Any]:
    """The import once it is finished; a bar shows how far it is meanwhile."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("Waiting for the queue", total=sent["progress"]["total"])
        found = sent
        while found["status"] in ("queued", "processing"):
            time.sleep(LOOK_EVERY_SECONDS)
            found = api.show(sent["id"])
            said = "Waiting for the queue" if found["status"] == "queued" else "Reading lines"
            progress.update(bar, description=said, completed=found["progress"]["done"])
        progress.update(bar, description="Lines read")
    return found


def _report(console: Console, api: ImportApi, finished: dict[str, Any]) -> None:
    counts = finished["counts"]
    if finished["problem"] is not None:
        console.print(Text(finished["problem"]["detail"], "bold red"))
    if counts["failed"]:
        table = Table("Line", "Serial number or SKU", "Column", "What is wrong", title="Lines that failed")
        for line in islice(api.failed_lines(finished["id"]), REPORTED_LINES):
            for problem in line["problems"]:
                table.add_row(str(line["line"]), Text(line["key"]), problem["field"], Text(problem["detail"]))
        console.print(table)
        if counts["failed"] > REPORTED_LINES:
            console.print(
                f"The rest of {counts['failed']} failed lines is at /staff/imports/{finished['id']}"
            )
    told = ", ".join(f"{counts[state]} {state}" for state in ("created", "updated", "unchanged", "failed"))
    console.print(Text(told, "bold red" if counts["failed"] else "bold green"))
    if finished["dry_run"]:
        console.print("This was a dry run: nothing was changed.")


def _read(console: Console, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _stop(console, f"{file} cannot be read: {error.strerror}.")


def _stop(console: Console, *lines: str) -> NoReturn:
    console.print(Text(lines[0], "bold red"))
    for line in lines[1:]:
        console.print(Text(f"  {line}"))
    raise typer.Exit(2)
