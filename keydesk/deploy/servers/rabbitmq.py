"""A private RabbitMQ from Debian's ``rabbitmq-server`` package, apart from the one that the package runs.

Erlang nodes find each other through a name daemon, epmd, which a node would start in the background and leave
behind. Ours is started before the node, in the foreground, on a port of its own.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from keydesk.deploy.servers.folders import ServerHome
from keydesk.deploy.servers.ports import LOOPBACK, accepts
from keydesk.deploy.supervisor import Program

SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The real script: the one on the PATH insists on the package's own user and folders."""
EPMD = Path("/usr/bin/epmd")
USER = "keydesk"
NODE = "keydesk@localhost"

_AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = b"\x01\x00\x00"
"""How the server's first frame begins: a method, on channel 0."""


def is_installed() -> bool:
    """Whether a private RabbitMQ can be run here."""
    return SCRIPT.exists() and EPMD.exists()


@dataclass(frozen=True)
class RabbitMQ:
    """A RabbitMQ broker of our own, with its name daemon."""

    home: ServerHome
    port: int
    distribution_port: int
    epmd_port: int
    password: str

    @property
    def url(self) -> str:
        """Its address, with the user that may do everything in the default virtual host."""
        return f"amqp://{USER}:{self.password}@{LOOPBACK}:{self.port}/"

    def programs(self) -> tuple[Program, Program]:
        """The name daemon and the broker; the daemon must run before the broker starts."""
        folder = self.home.make("rabbitmq")
        self.home.write(folder / "rabbitmq.conf", self._configuration())
        self.home.write(folder / "enabled_plugins", "[].\n")
        # Not by -daemon: in the foreground it is ours to stop, and ends with us.
        name_daemon = Program(
            "epmd",
            [EPMD, "-port", str(self.epmd_port), "-address", LOOPBACK],
            {"PATH": os.defpath},
            ready=lambda: accepts(self.epmd_port),
            user=self.home.user,
        )
        broker = Program(
            "rabbitmq",
            [SCRIPT],
            self._environment(folder),
            ready=lambda: accepts(self.port, greeting=_AMQP_HEADER, answer=_METHOD_FRAME),
            user=self.home.user,
            stop_seconds=30,
        )
        return name_daemon, broker

    def _configuration(self) -> str:
        lines = {
            "listeners.tcp.1": f"{LOOPBACK}:{self.port}",
            "default_user": USER,
            "default_pass": self.password,
            "log.console": "true",
            "log.console.level": "warning",
            "log.file": "false",
            "disk_free_limit.absolute": "50MB",
            "vm_memory_high_watermark.absolute": "512MB",
        }
        return "".join(f"{name} = {value}\n" for name, value in lines.items())

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),  # the cookie that nodes know each other by
            "detached": "1",  # has the script become the server, so that no shell stands between us
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
        }
