"""What may be chosen about a stack, and how a choice can be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from keydesk.deploy.servers import rabbitmq
from keydesk.deploy.servers.ports import free_port, is_free

Broker = Literal["auto", "rabbitmq", "valkey"]

DATA = Path("var/keydesk")
PORT = 8080
MAILBOX_PORT = 8025


class PortBusy(Exception):
    """A port that the stack should listen on is taken."""

    def __init__(self, port: int, option: str) -> None:
        super().__init__(
            f"Port {port} is in use. Choose another with {option}, for example {option} {port + 1}."
        )


class StackRuns(Exception):
    """Another process is running the stack in this folder."""


class NoRabbitMQ(Exception):
    """RabbitMQ was asked for and is not installed."""


@dataclass(frozen=True)
class StackOptions:
    """What may be chosen about a stack."""

    data: Path = DATA
    """Where everything is kept; nothing is written anywhere else."""
    port: int | None = PORT
    """The portal's port; None takes a free one."""
    mailbox_port: int | None = MAILBOX_PORT
    """The mailbox page's port; None takes a free one."""
    broker: Broker = "auto"
    """``auto``: RabbitMQ where it is installed, else Valkey."""
    database_url: str | None = None
    """A PostgreSQL server to use in place of our own, with a user who may make databases and roles."""
    broker_url: str | None = None
    redis_url: str | None = None
    demo: bool = True
    """Load the demo data."""
    careless: bool = False
    """Do without durability, for tests that do not crash the machine."""
    lasting: bool = True
    """False: what the servers kept goes when the stack stops; secrets, mail and logs stay."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """More settings for every room, such as ``KEYDESK_GATEWAY_LIMITS``."""

    @property
    def runs_rabbitmq(self) -> bool:
        """Whether the stack runs a RabbitMQ of its own. Raises `NoRabbitMQ`."""
        if self.broker_url is not None or self.broker == "valkey":
            return False
        if self.broker == "rabbitmq" and not rabbitmq.is_installed():
            raise NoRabbitMQ("RabbitMQ is not installed. Install it with: apt-get install rabbitmq-server")
        return rabbitmq.is_installed()

    def choose_ports(self) -> tuple[int, int]:
        """The portal's port and the mailbox's. Raises `PortBusy` for one that is taken."""
        return _choose(self.port, "--port"), _choose(self.mailbox_port, "--mailbox-port")


def _choose(port: int | None, option: str) -> int:
    if port is None:
        return free_port()
    if not is_free(port):
        raise PortBusy(port, option)
    return port
