"""The private servers: durable, apart from each other and from the machine's own, gone without a trace."""

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from keydesk.deploy.embedded.secrets import Secrets
from keydesk.deploy.embedded.servers import PrivateServers
from keydesk.deploy.servers.folders import temporary_folder
from keydesk.deploy.servers.ports import accepts
from keydesk.deploy.servers.postgres import PasswordLost, provision
from keydesk.deploy.supervisor import State, Supervisor
from keydesk.deploy.supervisor.memory import with_descendants
from tests.processes import a_mortal, eventually, is_running


@pytest.fixture
def data() -> Iterator[Path]:
    with temporary_folder("keydesk-test-") as folder:
        yield folder


@contextmanager
def running(data: Path, **which: bool) -> Iterator[PrivateServers]:
    with Supervisor(data / "logs") as supervisor:
        servers = PrivateServers(supervisor, data, Secrets(data / "secrets"), careless=True)
        wanted = {"postgres": False, "valkey": False, "rabbitmq": False} | which
        supervisor.wait_ready(servers.start(**wanted))
        yield servers


def test_data_whose_secrets_were_deleted_are_named_and_left_alone(data: Path) -> None:
    with running(data, postgres=True):
        pass
    shutil.rmtree(data / "secrets")

    with pytest.raises(PasswordLost, match="make reset"), running(data, postgres=True):
        pytest.fail("started with a password that cannot be right")


def test_a_second_start_finds_the_data_of_the_first(data: Path) -> None:
    with running(data, postgres=True, valkey=True) as servers:
        with psycopg.connect(f"{servers.postgres.url}/postgres", autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        talk_to_valkey(servers, "SET kept 42")
    with running(data, postgres=True, valkey=True) as servers:
        with psycopg.connect(f"{servers.postgres.url}/postgres") as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
        assert "42" in talk_to_valkey(servers, "GET kept")


def test_a_first_start_that_was_cut_short_is_begun_anew(data: Path) -> None:
    unfinished = data / "servers" / "postgres" / "unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    with running(data, postgres=True) as servers:
        psycopg.connect(f"{servers.postgres.url}/postgres").close()


def test_a_service_cannot_reach_the_database_of_another(data: Path) -> None:
    with running(data, postgres=True) as servers:
        urls = provision(servers.postgres.url, {"accounts": "a-password", "catalog": "another"})
        with psycopg.connect(urls["accounts"]) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("keydesk_accounts",)
        trespassing = urls["accounts"].removesuffix("accounts") + "catalog"
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(trespassing)


def test_giving_databases_again_changes_nothing_but_the_password(data: Path) -> None:
    with running(data, postgres=True) as servers:
        first = provision(servers.postgres.url, {"accounts": "one"})
        with psycopg.connect(first["accounts"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        second = provision(servers.postgres.url, {"accounts": "two"})
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(first["accounts"])
        with psycopg.connect(second["accounts"]) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (42,)


def test_a_killed_postgresql_comes_back_by_itself(data: Path) -> None:
    with running(data, postgres=True) as servers:
        process = servers.supervisor["postgres"]
        process.kill()
        eventually(lambda: process.restarts >= 1 and process.state is State.READY)
        with psycopg.connect(f"{servers.postgres.url}/postgres") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_private_rabbitmq_leaves_nothing_behind_its_name_daemon_included(data: Path) -> None:
    with running(data, rabbitmq=True) as servers:
        ports = servers.rabbitmq.port, servers.rabbitmq.epmd_port
        assert all(map(accepts, ports))
        theirs = with_descendants(process.pid for process in servers.supervisor.processes if process.pid)
        assert len(theirs) > 2
    eventually(lambda: not any(map(is_running, theirs)))
    assert not any(map(accepts, ports))


MORTAL = """
import pathlib, sys, time
from tests.integration.test_deploy_servers import running
with running(pathlib.Path(sys.argv[1]), postgres=True, valkey=True):
    print("ready", flush=True)
    time.sleep(600)
"""


def test_servers_end_when_whoever_runs_them_is_killed(data: Path) -> None:
    command = [sys.executable, "-c", MORTAL, str(data)]
    with a_mortal(command) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "ready\n"
        theirs = with_descendants([runner.pid])
        assert len(theirs) > 3  # PostgreSQL alone has several
        runner.kill()
    eventually(lambda: not any(map(is_running, theirs)))


def talk_to_valkey(servers: PrivateServers, command: str) -> str:
    with socket.create_connection(("127.0.0.1", servers.valkey.port), timeout=5) as connection:
        connection.sendall(f"AUTH {servers.valkey.password}\r\n{command}\r\nQUIT\r\n".encode())
        return connection.makefile().read()
