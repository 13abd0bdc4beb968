"""Which processes the rooms run in, and what each is told: the wiring of the stack, in three tables.

A process is told the secrets of its own rooms and no others.
"""

import http.client
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from keydesk.deploy.embedded.secrets import Secrets
from keydesk.deploy.servers.ports import LOOPBACK
from keydesk.deploy.supervisor import Program
from keydesk.rooms import ROOM_NAMES, SERVICE_NAMES


@dataclass(frozen=True)
class RoomProcess:
    """A process of the stack that does the work of one room, or of several."""

    name: str
    command: str
    rooms: tuple[str, ...]
    signs_licenses: bool = False
    """It alone is told where the key is that signs license files."""


PROCESSES = (
    RoomProcess("gateway", "serve", ("gateway",)),
    RoomProcess("portal", "serve", ("portal",)),
    RoomProcess("accounts", "serve", ("accounts",)),
    RoomProcess("licensing", "serve", ("licensing",)),
    RoomProcess("catalog", "serve", ("catalog",)),
    RoomProcess("notifications", "serve", ("notifications",)),
    RoomProcess("relay", "relay", SERVICE_NAMES),
    RoomProcess("consumers", "consume", ("catalog", "notifications", "gateway")),
    RoomProcess("licensing-worker", "worker", ("licensing",), signs_licenses=True),
    RoomProcess("workers", "worker", ("catalog", "notifications")),
)

CALLS: Mapping[str, tuple[str, ...]] = {
    "gateway": ("portal", "accounts", "licensing", "catalog", "notifications"),
    "portal": ("gateway", "accounts", "licensing", "catalog", "notifications"),
    "licensing": ("catalog",),
    "catalog": ("licensing",),
    "notifications": ("accounts", "licensing"),
}
"""The rooms that each room calls."""

SECRETS: Mapping[str, Mapping[str, Callable[[Secrets, str], str]]] = {
    "accounts": {"link_secret": Secrets.password, "device_secret": Secrets.password},
    "licensing": {"key_encryption_keys": Secrets.numbered_keys, "key_lookup_secret": Secrets.key},
}
"""The secrets in each room's settings, and what they are made of."""

USE_REDIS = ("gateway", "portal")

DECIDED = (
    "DATABASE_URL", "BROKER_URL", "REDIS_URL", "PEERS", "KEY_FILE", "JWKS_FILE", "SECRET", "KEYS",
    "ATTACHMENTS_DIR",
)  # fmt: skip
"""How the names of settings end that the stack itself decides, whatever its own environment says."""


@dataclass(frozen=True)
class Wiring:
    """Where everything is, so that each process can be told what it needs."""

    secrets: Secrets
    public_url: str
    ports: Mapping[str, int]
    """The port of every process: of its application, or of its metrics."""
    database_urls: Mapping[str, str]
    broker_url: str
    redis_url: str
    smtp_url: str
    attachments_dir: Path | None = None
    """Where the catalog keeps files on requests; without one, it takes none."""
    more: Mapping[str, str] = field(default_factory=dict)

    def program(self, process: RoomProcess, *, name: str | None = None) -> Program:
        """The program of a process, or of one more of its kind called ``name``."""
        called = name or process.name
        port = self.ports[called]
        serves = process.command == "serve"
        command = [sys.executable, "-m", "keydesk", process.command, *process.rooms]
        command += ["--port" if serves else "--metrics-port", str(port)]
        ready = partial(answers, port, "/readyz" if serves else "/metrics")
        return Program(called, command, self.environment(process), ready=ready)

    def migration(self, *, demo: bool) -> Program:
        """The program that brings every service's database up to date: over sooner than one for each."""
        command = [sys.executable, "-m", "keydesk", "migrate", *SERVICE_NAMES, *(["--demo"] if demo else [])]
        environment = self.environment(RoomProcess("migrate", "migrate", SERVICE_NAMES))
        return Program("migrate", command, environment, lasting=False)

    def environment(self, process: RoomProcess) -> dict[str, str]:
        """All that a process is told."""
        told = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        told |= {
            "KEYDESK_PUBLIC_URL": self.public_url,
            "KEYDESK_SMTP_URL": self.smtp_url,
            "KEYDESK_IDENTITY_JWKS_FILE": str(self._identity_jwks_file),
        }
        told |= {name: value for name, value in self.more.items() if not name.endswith(DECIDED)}
        for room in process.rooms:
            told |= {f"KEYDESK_{room}_{name}".upper(): value for name, value in self._settings(room).items()}
        if process.command != "serve":
            told["KEYDESK_BROKER_URL"] = self.broker_url
        if process.signs_licenses:
            key = self.secrets.signing_key_file("license-signing.jwk")
            told["KEYDESK_LICENSING_LICENSE_SIGNING_KEY_FILE"] = str(key)
        return told

    def everything(self) -> dict[str, str]:
        """All settings of all rooms, for the commands of somebody who runs this stack."""
        every = self.environment(RoomProcess("all", "all", ROOM_NAMES))
        return {name: value for name, value in every.items() if name.startswith("KEYDESK_")}

    @cached_property
    def _identity_jwks_file(self) -> Path:
        return self.secrets.identity_jwks_file()

    def _settings(self, room: str) -> dict[str, str]:
        settings = {
            name: make(self.secrets, f"{room}-{name}") for name, make in SECRETS.get(room, {}).items()
        }
        if room in CALLS:
            settings["identity_key_file"] = str(self.secrets.identity_key_file(room))
            peers = {peer: f"http://{LOOPBACK}:{self.ports[peer]}" for peer in CALLS[room]}
            settings["peers"] = json.dumps(peers)
        if room in SERVICE_NAMES:
            settings["database_url"] = self.database_urls[room]
        if room in USE_REDIS:
            settings["redis_url"] = self.redis_url
        if room == "catalog" and self.attachments_dir is not None:
            settings["attachments_dir"] = str(self.attachments_dir)
        return settings


def answers(port: int, path: str) -> bool:
    """Whether ``GET path`` on a port of this machine is answered with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
