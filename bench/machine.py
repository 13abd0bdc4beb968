"""What the measurements run on: servers of their own with durable commits, and single rooms' processes."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keydesk.deploy.embedded.rooms import PROCESSES, Wiring
from keydesk.deploy.embedded.secrets import Secrets
from keydesk.deploy.embedded.servers import PrivateServers
from keydesk.deploy.servers.folders import temporary_folder
from keydesk.deploy.servers.ports import free_port
from keydesk.deploy.servers.postgres import provision
from keydesk.deploy.supervisor import Process, Supervisor
from keydesk.deploy.supervisor.memory import memory_of
from keydesk.rooms import SERVICE_NAMES

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Machine:
    """PostgreSQL, Valkey and RabbitMQ, running, with an empty database for each service."""

    folder: Path
    supervisor: Supervisor
    wiring: Wiring
    seconds_to_ready: float
    """How long the servers took, with empty folders to begin with."""

    def database_url(self, service: str) -> str:
        """The database of a service."""
        return self.wiring.database_urls[service]

    def start(self, kind: str, *, number: int = 1) -> Process:
        """One more process of a kind in the stack's `PROCESSES`, such as ``licensing-worker``."""
        described = next(process for process in PROCESSES if process.name == kind)
        program = self.wiring.program(described, name=f"{kind}-{number}")
        (process,) = self.supervisor.start(program)
        self.supervisor.wait_ready([process])
        return process

    def servers_memory_bytes(self) -> int:
        """What the servers take."""
        return memory_of(one.pid for one in self.supervisor.processes if one.pid)


@contextmanager
def machine(most_of_a_kind: int) -> Iterator[Machine]:
    """Servers for the length of a block, with ports for so many processes of each kind."""
    with temporary_folder("keydesk-bench-") as folder, Supervisor(folder / "logs") as supervisor:
        secrets = Secrets(folder / "secrets")
        servers = PrivateServers(supervisor, folder, secrets)
        started = time.monotonic()
        supervisor.wait_ready(servers.start(postgres=True, valkey=True, rabbitmq=True))
        seconds = time.monotonic() - started
        passwords = {service: secrets.password(f"database-{service}") for service in SERVICE_NAMES}
        kinds = [process.name for process in PROCESSES]
        wiring = Wiring(
            secrets=secrets,
            public_url="https://keydesk.example",
            ports={
                name: free_port()
                for kind in kinds
                for name in (kind, *(f"{kind}-{number + 1}" for number in range(most_of_a_kind)))
            },
            database_urls=provision(servers.postgres.url, passwords),
            broker_url=servers.rabbitmq.url,
            redis_url=servers.valkey.url,
            smtp_url="smtp://127.0.0.1:9",
        )
        supervisor.run(wiring.migration(demo=False))
        yield Machine(folder, supervisor, wiring, seconds)


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used so far, its system calls included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
