"""The command line, ``keydesk``: the only place that knows every room. Commands load when they are called."""

from importlib import import_module

import typer
from typer._click.core import Command, Context
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS = {
    "up": ("keydesk.cli.stack", "Run the portal on this machine, servers included"),
    "demo": ("keydesk.cli.demo", "Go through the main job on a stack of its own, then stop it"),
    "reset": ("keydesk.cli.reset", "Wipe the data of the local stack"),
    "serve": ("keydesk.cli.serve", "Run one room's HTTP application"),
    "worker": ("keydesk.cli.worker", "Run the jobs of one room's queues, or of several"),
    "relay": ("keydesk.cli.relay", "Publish the outboxes of one room, or of several, and run their sweeps"),
    "consume": ("keydesk.cli.consume", "Take in other rooms' facts for one room, or for several"),
    "migrate": ("keydesk.cli.migrate", "Bring databases to the current schema"),
    "parked": ("keydesk.cli.parked", "List, show, replay and discard messages that kept failing"),
    "import": ("keydesk.cli.imports", "Load products or orders from a CSV file"),
    "verify": ("keydesk.cli.verify", "Check a license file offline"),
    "openapi": ("keydesk.cli.openapi", "Print the API's merged OpenAPI document"),
}
"""Each module has ``app``, a Typer application; one with a single command is that command."""


class _OnDemand(TyperGroup):
    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - Typer's signature
        """The names, in the order above."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002 - as above
        """Load one command's module."""
        if cmd_name not in COMMANDS:
            return None
        loaded = get_command(import_module(COMMANDS[cmd_name][0]).app)
        loaded.name = cmd_name
        return loaded


app = typer.Typer(
    cls=_OnDemand,
    no_args_is_help=True,
    help="Keydesk, a self-hosted licensing portal.",
    # A traceback goes to a log more often than to a terminal, and must not show what variables hold.
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Without a callback of its own, Typer would not make a group."""


def main() -> None:
    """The entry point of the ``keydesk`` command."""
    app()
