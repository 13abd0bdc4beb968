"""``keydesk demo``: the main job on a stack of its own, each step with what came back."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from keydesk.cli.stack import show_failure
from keydesk.cli.stack_status import StatusLines
from keydesk.deploy.embedded import Broker, EmbeddedStack, StackOptions
from keydesk.deploy.embedded.state import wipe
from keydesk.deploy.main_job import MainJob, StepFailed
from keydesk.deploy.main_job.client import PublicApi
from keydesk.deploy.servers.folders import temporary_folder
from keydesk.deploy.supervisor import ProgramFailed
from keydesk.services.licensing.issuance.license_reading import LicenseRefused
from keydesk.services.licensing.sample.tour import TOUR

LINES = 3
"""Serial numbers of the sample's tour: two of a product with a file, one of another without."""

app = typer.Typer()
console = Console(highlight=False)


@app.command()
def demo(
    broker: Annotated[
        Broker, typer.Option(help="What carries messages; auto: RabbitMQ if installed.")
    ] = "auto",
) -> None:
    """Go through the main job on a clean stack, then stop it. Ends with 0 only if everything held."""
    with temporary_folder("keydesk-demo-") as folder:
        options = StackOptions(data=folder / "stack", port=None, mailbox_port=None, broker=broker)
        stack = EmbeddedStack(options)
        try:
            with StatusLines(console, stack.supervisor) as status, stack:
                status.settle()
                held = _go_through(stack, folder)
        except ProgramFailed as failed:
            show_failure(console, failed)
            held = False
        if not held:
            logs = shutil.copytree(stack.data / "logs", tempfile.mkdtemp(), dirs_exist_ok=True)
            console.print(f"What each process said is in {logs}.", soft_wrap=True)
        wipe(stack.data)
    raise typer.Exit(0 if held else 1)


def _go_through(stack: EmbeddedStack, folder: Path) -> bool:
    console.print(f"\nA client of {stack.public_url}, ready after {stack.seconds_to_ready:.1f} s:\n")
    serial_numbers = [stop.serial_number for stop in TOUR[:LINES]]
    with PublicApi(stack.public_url) as api:
        job = MainJob(api, stack.mailbox_url, folder, serial_numbers)
        for number, step in enumerate(job.steps, start=1):
            console.print(Text(f"{number:2}. {step.title}", "bold"))
            try:
                came_back = step.run()
            except (StepFailed, LicenseRefused, httpx2.HTTPError, LookupError) as error:
                console.print(Padding(Text(f"✗ {type(error).__name__}: {error}", "bold red"), (0, 4)))
                return False
            console.print(Padding(Text(came_back, "dim"), (0, 4)))
    console.print(Text("\n✓ Everything held.", "bold green"))
    return True
