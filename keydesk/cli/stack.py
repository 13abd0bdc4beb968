"""``keydesk up``: the whole of Keydesk on this machine, in the foreground, until Ctrl-C."""

import os
import signal
import threading
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from keydesk.cli.stack_status import StatusLines, ready_message
from keydesk.deploy.embedded import Broker, EmbeddedStack, PortBusy, StackOptions, StackRuns
from keydesk.deploy.embedded.options import DATA, MAILBOX_PORT, PORT, NoRabbitMQ
from keydesk.deploy.servers.postgres import PasswordLost
from keydesk.deploy.supervisor import ProgramFailed

app = typer.Typer()
console = Console()

MISUSE = 2


@app.command()
def up(
    *,
    port: Annotated[int, typer.Option(help="The portal's port.", min=1, max=65535)] = PORT,
    mailbox_port: Annotated[int, typer.Option(help="The mailbox's port.", min=1, max=65535)] = MAILBOX_PORT,
    data_dir: Annotated[Path, typer.Option(help="Where everything is kept.")] = DATA,
    broker: Annotated[
        Broker, typer.Option(help="What carries messages; auto: RabbitMQ if installed.")
    ] = "auto",
    database_url: Annotated[
        str | None, typer.Option(help="A PostgreSQL server to use, with a user who may make databases.")
    ] = None,
    broker_url: Annotated[str | None, typer.Option(help="A broker to use: amqp://… or redis://….")] = None,
    redis_url: Annotated[str | None, typer.Option(help="A Redis or Valkey server to use.")] = None,
    demo: Annotated[bool, typer.Option(help="Load the demo data.")] = True,
) -> None:
    """Run the portal on this machine, servers included, until Ctrl-C."""
    options = StackOptions(
        data=data_dir,
        port=port,
        mailbox_port=mailbox_port,
        broker=broker,
        database_url=database_url,
        broker_url=broker_url,
        redis_url=redis_url,
        demo=demo,
        environment={name: value for name, value in os.environ.items() if name.startswith("KEYDESK_")},
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        _run(EmbeddedStack(options))
    except KeyboardInterrupt:
        console.print("Stopped.")
    except ProgramFailed as failed:
        show_failure(console, failed)
        raise typer.Exit(1) from None
    except (PortBusy, StackRuns, NoRabbitMQ, PasswordLost) as refused:
        console.print(Text(str(refused), style="red"))
        raise typer.Exit(MISUSE) from None


def _run(stack: EmbeddedStack) -> None:
    with StatusLines(console, stack.supervisor) as status:
        try:
            with stack:
                status.settle()
                console.print()
                console.print(ready_message(stack))
                while True:
                    status.tell_what_changed()
                    threading.Event().wait(0.5)
        except KeyboardInterrupt:
            status.settle()
            raise


def show_failure(to: Console, failed: ProgramFailed) -> None:
    """What went wrong with a program, and the end of its log."""
    to.print(Rule(f"The end of {failed.log}", style="red"))
    to.print(Text(failed.log_tail or "(it is empty)"), soft_wrap=True)
    to.print(Rule(style="red"))
    to.print(Text(str(failed), style="bold red"), soft_wrap=True)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
