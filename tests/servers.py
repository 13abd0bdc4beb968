"""A pytest plugin: private PostgreSQL, Valkey and RabbitMQ for the tests that need them, started once.

The process that was called as pytest starts them and tells its xdist workers where they are by environment
variables. Where one of these is set already, whoever set it brings the servers, and none is started. Unit and
contract tests need none. Each xdist worker has databases of its own on them.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from keydesk.deploy.embedded.secrets import Secrets
from keydesk.deploy.embedded.servers import PrivateServers
from keydesk.deploy.servers import rabbitmq
from keydesk.deploy.servers.folders import temporary_folder
from keydesk.deploy.supervisor import Supervisor

POSTGRES_URL = "KEYDESK_TEST_POSTGRES_URL"
REDIS_URL = "KEYDESK_TEST_REDIS_URL"
AMQP_URL = "KEYDESK_TEST_AMQP_URL"
"""Unset where RabbitMQ is not installed."""

_TESTS = Path(__file__).parent
_NEED_NONE = (_TESTS / "unit", _TESTS / "contract")
_RUNNING = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start what the chosen tests need and nobody has started."""
    if hasattr(config, "workerinput") and REDIS_URL in os.environ:
        number = int(config.workerinput["workerid"].removeprefix("gw")) + 1
        os.environ[REDIS_URL] = urlsplit(os.environ[REDIS_URL])._replace(path=f"/{number}").geturl()
    given = any(name in os.environ for name in (POSTGRES_URL, REDIS_URL, AMQP_URL))
    if given or config.option.collectonly or not _needed(config):
        return
    with ExitStack() as opening:
        started = _started(opening)
        os.environ |= started
        for name in started:
            opening.callback(os.environ.pop, name)
        config.stash[_RUNNING] = opening.pop_all()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it again."""
    config.stash.get(_RUNNING, ExitStack()).close()


def _needed(config: pytest.Config) -> bool:
    chosen = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    return not all(any(path.is_relative_to(folder) for folder in _NEED_NONE) for path in chosen)


def _started(opening: ExitStack) -> dict[str, str]:
    folder = opening.enter_context(temporary_folder("keydesk-tests-"))
    supervisor = opening.enter_context(Supervisor(folder / "logs"))
    servers = PrivateServers(supervisor, folder, Secrets(folder / "secrets"), careless=True)
    with_rabbitmq = rabbitmq.is_installed()
    supervisor.wait_ready(servers.start(postgres=True, valkey=True, rabbitmq=with_rabbitmq))
    urls = {POSTGRES_URL: servers.postgres.url, REDIS_URL: servers.valkey.url}
    if with_rabbitmq:
        urls[AMQP_URL] = servers.rabbitmq.url
    return urls
