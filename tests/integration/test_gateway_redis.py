"""Redis goes away, falls silent, forgets, and comes back."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from redis import Redis

from keydesk.gateway.events import hub
from keydesk.gateway.pipeline import RedisAway, RedisPipeline, RedisRefused
from keydesk.gateway.scripts import SCRIPTS
from tests.factories.gateway import House, Person, a_house, wait_until
from tests.identities import KeyRing

REDIS_URL = "KEYDESK_TEST_REDIS_URL"


class Cable:
    """A TCP connection to the tests' Redis that can be pulled out, or held without a word passing."""

    def __init__(self) -> None:
        self._told = urlsplit(os.environ[REDIS_URL])
        self._redis = (self._told.hostname or "localhost", self._told.port or 6379)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.is_out = False
        self.is_silent = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where Redis is, through this cable."""
        credentials, at, _ = self._told.netloc.rpartition("@")
        here = f"127.0.0.1:{self._listener.getsockname()[1]}"
        return self._told._replace(netloc=f"{credentials}{at}{here}").geturl()

    def pull_out(self) -> None:
        """Break every connection and let none be made."""
        self.is_out = True
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Be gone."""
        self.pull_out()
        self._listener.close()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                if self.is_out:
                    client.close()
                    continue
                redis = socket.create_connection(self._redis)
                self._open.append(redis)
                for source, target in ((client, redis), (redis, client)):
                    threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                if not self.is_silent:
                    target.sendall(chunk)
            target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def cable() -> Iterator[Cable]:
    with closing(Cable()) as made:
        yield made


@pytest.fixture
def house(ring: KeyRing, cable: Cable) -> Iterator[House]:
    with a_house(ring, redis_url=cable.url) as running:
        yield running


def test_without_redis_nobody_is_let_in_by_mistake_and_all_comes_back_by_itself(
    house: House, cable: Cable
) -> None:
    with house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        cable.pull_out()
        logged_in = client.get("/api/v1/registrations")
        ready = client.get("/readyz")
        cable.is_out = False

        assert (logged_in.status_code, logged_in.json()["code"]) == (503, "unavailable")
        assert (ready.status_code, ready.json()["missing"]) == (503, ["redis"])
        wait_until(lambda: client.get("/api/v1/registrations").status_code == 200)
        wait_until(lambda: client.get("/readyz").status_code == 200)


def test_without_redis_visitors_may_look_around_but_change_nothing(house: House, cable: Cable) -> None:
    cable.pull_out()
    with house.client() as client:
        looking = client.get("/")
        writing = client.post("/api/v1/account-lookups", json={})

    assert (looking.status_code, writing.status_code) == (200, 503)


def test_a_redis_that_falls_silent_is_given_up_in_seconds(house: House, cable: Cable) -> None:
    with house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        cable.is_silent = True
        answer = client.get("/api/v1/registrations")
        cable.is_silent = False

        assert answer.status_code == 503
        wait_until(lambda: client.get("/api/v1/registrations").status_code == 200)


def test_a_redis_that_has_forgotten_the_scripts_gets_them_again(house: House) -> None:
    with house.client() as client, Redis.from_url(os.environ[REDIS_URL]) as redis:
        house.log_in(client, house.rooms.add(Person()))
        redis.script_flush()

        assert client.get("/api/v1/registrations").status_code == 200


def streams(client: httpx2.Client) -> bool:
    """Whether the gateway has its subscription (again); until then it asks streams to come back."""
    with client.stream("GET", "/api/v1/events") as response:
        return response.status_code == 200


def test_event_streams_end_when_redis_does_so_that_nothing_is_missed_unnoticed(
    house: House, cable: Cable
) -> None:
    with house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        wait_until(lambda: streams(client))
        with client.stream("GET", "/api/v1/events") as response:
            lines = response.iter_lines()
            assert next(lines).startswith("retry:")
            cable.pull_out()
            assert set(lines) <= {"", ": "}


def test_event_streams_end_when_redis_falls_silent(
    ring: KeyRing, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "QUIET_SECONDS", 0.1)
    with a_house(ring, redis_url=cable.url) as house, house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        wait_until(lambda: streams(client))
        with client.stream("GET", "/api/v1/events") as response:
            lines = response.iter_lines()
            assert next(lines).startswith("retry:")
            cable.is_silent = True
            assert set(lines) <= {"", ": "}


@contextmanager
def a_pipeline() -> Iterator[tuple[RedisPipeline, asyncio.Runner]]:
    """A pipeline and the loop that it lives in."""
    with asyncio.Runner() as runner:
        pipeline = RedisPipeline(os.environ[REDIS_URL], SCRIPTS)
        yield pipeline, runner
        runner.run(_close(pipeline))


async def _close(pipeline: RedisPipeline) -> None:
    pipeline.close()
    await asyncio.sleep(0)


def test_replies_find_the_commands_that_they_belong_to() -> None:
    async def ask_many(pipeline: RedisPipeline) -> list[Any]:
        return list(await asyncio.gather(*(pipeline.command(b"ECHO", str(number)) for number in range(500))))

    with a_pipeline() as (pipeline, runner):
        assert runner.run(ask_many(pipeline)) == [str(number).encode() for number in range(500)]


def test_a_caller_that_gave_up_does_not_shift_the_replies_of_others() -> None:
    async def give_up_in_between(pipeline: RedisPipeline) -> bytes:
        await pipeline.command(b"PING")
        given_up = asyncio.create_task(pipeline.command(b"ECHO", b"first"))
        second = asyncio.create_task(pipeline.command(b"ECHO", b"second"))
        await asyncio.sleep(0)
        given_up.cancel()
        answer: bytes = await second
        return answer

    with a_pipeline() as (pipeline, runner):
        assert runner.run(give_up_in_between(pipeline)) == b"second"


def test_an_error_of_one_command_is_its_own() -> None:
    async def one_fails(pipeline: RedisPipeline) -> list[Any]:
        both = pipeline.command(b"NONSENSE"), pipeline.command(b"ECHO", b"fine")
        return list(await asyncio.gather(*both, return_exceptions=True))

    with a_pipeline() as (pipeline, runner):
        failed, fine = runner.run(one_fails(pipeline))

    assert isinstance(failed, RedisRefused)
    assert fine == b"fine"


def test_a_redis_that_is_not_there_is_away() -> None:
    async def ask() -> None:
        await RedisPipeline("redis://127.0.0.1:9/0", {}).command(b"PING")

    with pytest.raises(RedisAway):
        asyncio.run(ask())
