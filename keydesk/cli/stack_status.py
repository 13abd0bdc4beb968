"""How a stack looks in a terminal: a line for each process, and where to go once it is ready."""

from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from keydesk.deploy.embedded import EmbeddedStack, tour
from keydesk.deploy.supervisor import Process, State, Supervisor

_STYLES = {
    State.STARTING: ("…", "yellow"),
    State.READY: ("✓", "green"),
    State.WAITING: ("↻", "red"),
    State.STOPPING: ("…", "yellow"),
    State.ENDED: ("✓", "dim"),
    State.FAILED: ("✗", "bold red"),
}


class StatusLines:
    """One line for each process of a supervisor: moving in a terminal, once each elsewhere."""

    def __init__(self, console: Console, supervisor: Supervisor) -> None:
        self._console = console
        self._supervisor = supervisor
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=8)
        self._restarts: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.settle()

    def settle(self) -> None:
        """Leave the lines as they are now."""
        self._live.stop()

    def tell_what_changed(self) -> None:
        """Print a line for each process that was started again since the last call."""
        for process in self._supervisor.processes:
            known = self._restarts.get(process.name, 0)
            if process.restarts > known:
                self._restarts[process.name] = process.restarts
                status = process.exit_status
                self._console.print(f"{process.name} ended (status {status}) and was started again.")

    def _table(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for process in self._supervisor.processes:
            sign, style = _STYLES[process.state]
            table.add_row(
                Text(sign, style), process.name, Text(_state_of(process), style), Text(_where(process), "dim")
            )
        return table


def _state_of(process: Process) -> str:
    if process.state is State.ENDED and not process.program.lasting:
        return "done"
    return process.state.value


def _where(process: Process) -> str:
    return f"process {process.pid}" if process.pid else ""


def ready_message(stack: EmbeddedStack) -> RenderableType:
    """Where to go, as whom, and what it took."""
    table = Table.grid(padding=(0, 2))
    table.add_row("Portal", Text(stack.public_url, "bold underline"))
    table.add_row("Mail", Text(stack.mailbox_url, "underline"))
    if stack.options.demo:
        table.add_row("Log in", f"{', '.join(tour.CUSTOMERS)} (customers), {', '.join(tour.STAFF)}")
        table.add_row("Password", tour.PASSWORD)
        table.add_row("Register", ", ".join(tour.SERIAL_NUMBERS))
    table.add_row("Logs", str(stack.data / "logs"))
    megabytes = stack.memory_bytes() / 1e6
    table.add_row("Ready", f"after {stack.seconds_to_ready:.1f} s, with {megabytes:.0f} MB. Ctrl-C stops it.")
    return table
