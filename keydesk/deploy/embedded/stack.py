"""The stack itself: what is started, in which order, and what it may be asked while it runs."""

import os
import shutil
import sys
import time
from contextlib import ExitStack
from typing import Self

from keydesk.deploy.embedded.options import StackOptions
from keydesk.deploy.embedded.rooms import PROCESSES, RoomProcess, Wiring, answers
from keydesk.deploy.embedded.secrets import Secrets
from keydesk.deploy.embedded.servers import PrivateServers
from keydesk.deploy.embedded.state import locked, written_down
from keydesk.deploy.servers.folders import servers_folder
from keydesk.deploy.servers.ports import LOOPBACK, free_port
from keydesk.deploy.servers.postgres import provision
from keydesk.deploy.supervisor import Process, Program, Supervisor
from keydesk.deploy.supervisor.memory import memory_of
from keydesk.rooms import SERVICE_NAMES


class EmbeddedStack:
    """Everything, running: ``with EmbeddedStack(options) as stack: … stack.public_url …``.

    Entering raises `StackRuns`, `PortBusy`, `NoRabbitMQ`, `PasswordLost`, or `ProgramFailed` for what does
    not start; leaving stops everything. Everything ends with this process, however that ends.
    """

    def __init__(self, options: StackOptions) -> None:
        self.options = options
        self.data = options.data.resolve()
        self.supervisor = Supervisor(self.data / "logs")
        self.seconds_to_ready = 0.0
        self._ports = {process.name: free_port() for process in PROCESSES}
        self._smtp_port = free_port()
        self._mailbox_port = 0
        self._wiring: Wiring | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        started = time.monotonic()
        runs_rabbitmq = self.options.runs_rabbitmq
        with ExitStack() as opening:
            self.data.mkdir(parents=True, exist_ok=True)
            opening.enter_context(locked(self.data))
            if not self.options.lasting:
                opening.callback(shutil.rmtree, servers_folder(self.data))
            self._ports["gateway"], self._mailbox_port = self.options.choose_ports()
            opening.enter_context(self.supervisor)
            opening.callback(self._stop_rooms)
            self._start(runs_rabbitmq=runs_rabbitmq)
            opening.enter_context(written_down(self.data, self._state(), self.wiring.everything()))
            self._open = opening.pop_all()
        self.seconds_to_ready = time.monotonic() - started
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    @property
    def wiring(self) -> Wiring:
        """Where everything is."""
        if self._wiring is None:
            raise LookupError("the stack has not been started")
        return self._wiring

    @property
    def public_url(self) -> str:
        """The gateway's address."""
        return self.wiring.public_url

    @property
    def mailbox_url(self) -> str:
        """The address of the page that shows the mail."""
        return f"http://{LOOPBACK}:{self._mailbox_port}"

    def room_url(self, room: str) -> str:
        """The address of a room's own application, which only rooms call."""
        return f"http://{LOOPBACK}:{self._ports[room]}"

    def process(self, name: str) -> Process:
        """A process by name, such as ``licensing-worker`` or ``postgres``."""
        return self.supervisor[name]

    def add(self, kind: str, name: str) -> Process:
        """One more process of a kind in `PROCESSES`, when it is ready."""
        described = next(process for process in PROCESSES if process.name == kind)
        self._ports[name] = free_port()
        (process,) = self.supervisor.start(self.wiring.program(described, name=name))
        self.supervisor.wait_ready([process])
        return process

    def memory_bytes(self) -> int:
        """What everything takes, this process included."""
        return memory_of([os.getpid(), *(one.pid for one in self.supervisor.processes if one.pid)])

    def _start(self, *, runs_rabbitmq: bool) -> None:
        options, secrets = self.options, Secrets(self.data / "secrets")
        broker_is_valkey = not runs_rabbitmq and options.broker_url is None and options.redis_url is None
        servers = PrivateServers(
            self.supervisor,
            self.data,
            secrets,
            careless=options.careless,
            valkey_carries_messages=broker_is_valkey,
        )
        starting = self.supervisor.start(self._mailbox()) + servers.start(
            postgres=options.database_url is None,
            valkey=options.redis_url is None,
            rabbitmq=runs_rabbitmq,
        )
        redis_url = options.redis_url or servers.valkey.url
        self._wiring = Wiring(
            secrets=secrets,
            public_url=f"http://{LOOPBACK}:{self._ports['gateway']}",
            ports=self._ports,
            database_urls=self._databases(servers, secrets),
            broker_url=options.broker_url or (servers.rabbitmq.url if runs_rabbitmq else redis_url),
            redis_url=redis_url,
            smtp_url=f"smtp://{LOOPBACK}:{self._smtp_port}",
            attachments_dir=self.data / "attachments",
            more=options.environment,
        )
        # Applications need no tables before their first request, so they start beside the migrations.
        serving = self._start_rooms([process for process in PROCESSES if process.command == "serve"])
        self.supervisor.run(self._wiring.migration(demo=options.demo))
        self.supervisor.wait_ready(starting)
        working = self._start_rooms([process for process in PROCESSES if process.command != "serve"])
        self.supervisor.wait_ready([*serving, *working])

    def _databases(self, servers: PrivateServers, secrets: Secrets) -> dict[str, str]:
        if self.options.database_url is None:
            self.supervisor.wait_ready([self.process("postgres")])
        passwords = {service: secrets.password(f"database-{service}") for service in SERVICE_NAMES}
        return provision(self.options.database_url or servers.postgres.url, passwords)

    def _start_rooms(self, processes: list[RoomProcess]) -> list[Process]:
        return self.supervisor.start(*(self.wiring.program(process) for process in processes))

    def _stop_rooms(self) -> None:
        """Before their servers, and side by side."""
        names = set(self._ports)
        self.supervisor.stop([one for one in self.supervisor.processes if one.name in names])

    def _mailbox(self) -> Program:
        command = [sys.executable, "-m", "keydesk.deploy.mailbox", "--smtp-port", str(self._smtp_port)]
        command += ["--web-port", str(self._mailbox_port), "--folder", str(self.data / "mail")]
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        return Program("mailbox", command, environment, ready=lambda: answers(self._mailbox_port, "/livez"))

    def _state(self) -> dict[str, object]:
        return {
            "pid": os.getpid(),
            "public_url": self.public_url,
            "mailbox_url": self.mailbox_url,
            "ports": dict(self._ports),
        }
