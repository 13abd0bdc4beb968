"""A background process tells how it is doing."""

import socket
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from keydesk.chassis.telemetry import probe
from keydesk.chassis.telemetry.metrics import PUBLISHED


class Watched:
    """A process' probe, and what it lacks."""

    def __init__(self) -> None:
        self.lacks: list[str] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    def ask(self, path: str) -> tuple[int, str]:
        """The status and body at ``path``."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def watched() -> Iterator[Watched]:
    """A running probe."""
    process = Watched()
    server = probe.serve(process.port, lambda: process.lacks)
    yield process
    server.shutdown()
    server.server_close()


def test_it_is_ready_when_it_lacks_nothing(watched: Watched) -> None:
    assert watched.ask("/readyz") == (200, '{"status":"ok","missing":[]}')


def test_it_names_what_it_lacks_and_is_alive_nevertheless(watched: Watched) -> None:
    watched.lacks = ["broker"]
    assert watched.ask("/readyz") == (503, '{"status":"unavailable","missing":["broker"]}')
    assert watched.ask("/livez")[0] == 200


def test_its_counts_can_be_scraped(watched: Watched) -> None:
    PUBLISHED.labels("test", "fact").inc(3)
    status, told = watched.ask("/metrics")
    assert status == 200
    assert 'keydesk_outbox_published_total{kind="fact",room="test"} 3.0' in told


def test_it_tells_nothing_else(watched: Watched) -> None:
    assert watched.ask("/etc/passwd")[0] == 404
