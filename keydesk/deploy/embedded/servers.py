"""The servers that a stack, or a run of the tests, has for itself."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from keydesk.deploy.embedded.secrets import Secrets
from keydesk.deploy.servers.folders import server_home
from keydesk.deploy.servers.ports import free_port
from keydesk.deploy.servers.postgres import Postgres
from keydesk.deploy.servers.rabbitmq import RabbitMQ
from keydesk.deploy.servers.valkey import Valkey
from keydesk.deploy.supervisor import Process, Supervisor


@dataclass(frozen=True)
class PrivateServers:
    """Private servers with their data below a folder, under a supervisor."""

    supervisor: Supervisor
    data: Path
    secrets: Secrets
    careless: bool = False
    """Faster, and not safe against a crash of the machine."""
    valkey_carries_messages: bool = False

    @cached_property
    def postgres(self) -> Postgres:
        """PostgreSQL."""
        password = self.secrets.password("postgres")
        return Postgres(server_home(self.data), free_port(), password, careless=self.careless)

    @cached_property
    def valkey(self) -> Valkey:
        """Valkey."""
        password = self.secrets.password("valkey")
        return Valkey(server_home(self.data), free_port(), password, broker=self.valkey_carries_messages)

    @cached_property
    def rabbitmq(self) -> RabbitMQ:
        """RabbitMQ."""
        ports = (free_port(), free_port(), free_port())
        return RabbitMQ(server_home(self.data), *ports, self.secrets.password("rabbitmq"))

    def start(self, *, postgres: bool, valkey: bool, rabbitmq: bool) -> list[Process]:
        """Start some of them; they are not ready yet when this returns. The slow ones are started first."""
        started: list[Process] = []
        if rabbitmq:
            name_daemon, broker = self.rabbitmq.programs()
            self.supervisor.wait_ready(self.supervisor.start(name_daemon))
            started += self.supervisor.start(broker)
        if valkey:
            started += self.supervisor.start(self.valkey.program())
        if postgres:
            preparation = self.postgres.preparation()
            if preparation is not None:
                self.supervisor.run(preparation)
                self.postgres.prepared()
            started += self.supervisor.start(self.postgres.program())
        return started
