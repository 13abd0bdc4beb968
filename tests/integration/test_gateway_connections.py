"""Connections to the rooms: kept, given up, and never mixed up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from keydesk.gateway.routing import ROOMS
from tests.factories.gateway import House, a_house
from tests.identities import KeyRing

WHOLE = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


class ScriptedRoom:
    """A room that says the next thing of its script for each request, to the byte."""

    def __init__(self, *script: bytes) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._script = list(script)
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while self._script:
                request = b""
                while b"\r\n\r\n" not in request:
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    request += chunk
                self.requests.append(request)
                said = self._script.pop(0)
                connection.sendall(said.removesuffix(b"HANG UP"))
                if said.endswith(b"HANG UP"):
                    return


@contextmanager
def a_house_with(ring: KeyRing, room: ScriptedRoom) -> Iterator[House]:
    """A gateway in front of one scripted room."""
    with closing(room), a_house(ring, peers=dict.fromkeys(sorted(ROOMS), room.url)) as house:
        yield house


def test_a_connection_is_kept_for_the_next_request(ring: KeyRing) -> None:
    room = ScriptedRoom(WHOLE, WHOLE)
    with a_house_with(ring, room) as house, house.client() as client:
        bodies = [client.get("/").text for _ in range(2)]

    assert bodies == ["hello", "hello"]
    assert room.connections == 1


def test_a_kept_connection_that_turns_out_to_be_gone_is_no_failure_for_who_only_reads(ring: KeyRing) -> None:
    room = ScriptedRoom(WHOLE, b"HANG UP", WHOLE)
    with a_house_with(ring, room) as house, house.client() as client:
        statuses = [client.get("/").status_code for _ in range(2)]

    assert statuses == [200, 200]
    assert (room.connections, len(room.requests)) == (2, 3)


def test_what_must_not_be_done_twice_is_not_sent_twice(ring: KeyRing) -> None:
    room = ScriptedRoom(WHOLE, b"HANG UP", WHOLE)
    with a_house_with(ring, room) as house, house.client() as client:
        client.get("/")
        answer = client.post("/register")

    assert answer.status_code == 502
    assert len(room.requests) == 2


@pytest.mark.parametrize(
    "said",
    [
        WHOLE + b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged",
        WHOLE + b"rubbish",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nHANG UP",
    ],
)
def test_a_second_answer_to_one_request_is_never_taken_for_that_to_another(
    ring: KeyRing, said: bytes
) -> None:
    room = ScriptedRoom(said, WHOLE, WHOLE)
    with a_house_with(ring, room) as house, house.client() as client:
        first, second = client.get("/"), client.get("/")

    assert first.status_code == 502 or first.text == "hello"
    assert second.text == "hello"
    assert room.connections == 2


def test_interim_answers_are_not_the_answer(ring: KeyRing) -> None:
    room = ScriptedRoom(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + WHOLE)
    with a_house_with(ring, room) as house, house.client() as client:
        answer = client.get("/")

    assert (answer.status_code, answer.text) == (200, "hello")
    assert "link" not in answer.headers


def test_the_size_of_what_head_leaves_out_is_told(ring: KeyRing) -> None:
    room = ScriptedRoom(b"HTTP/1.1 200 OK\r\ncontent-length: 4711\r\n\r\n", WHOLE)
    with a_house_with(ring, room) as house, house.client() as client:
        head = client.head("/")
        after = client.get("/")

    assert (head.headers["content-length"], head.content) == ("4711", b"")
    assert after.text == "hello"


def test_an_answer_in_chunks_arrives_whole(ring: KeyRing) -> None:
    chunks = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    room = ScriptedRoom(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks, WHOLE)
    with a_house_with(ring, room) as house, house.client() as client:
        first, second = client.get("/"), client.get("/")

    assert (first.text, second.text) == ("hello world", "hello")
    assert room.connections == 1


def test_a_room_that_answers_before_the_body_is_over_is_heard(ring: KeyRing) -> None:
    refusal = b"HTTP/1.1 415 Unsupported Media Type\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    room = ScriptedRoom(refusal + b"HANG UP")
    with a_house_with(ring, room) as house, house.client() as client:
        answer = client.post("/register", content=iter([b"x" * 1000] * 3))

    assert answer.status_code in (415, 502)
