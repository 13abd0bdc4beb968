"""A door to a TCP server that tests can slam shut and open again: how a broker or a network goes away."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Door:
    """Forwards connections from ``port`` to a server while it is open."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._open = True
        self.turned_away = 0
        """How often somebody knocked while it was shut."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def slam(self) -> None:
        """Cut every connection, and turn away whoever knocks."""
        with self._lock:
            self._open = False
            for end in self._pairs:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self._pairs.clear()

    def open(self) -> None:
        """Let connections through again."""
        with self._lock:
            self._open = True

    def close(self) -> None:
        """Take the door away."""
        self.slam()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._open:
                    self.turned_away += 1
                    inside.close()
                    continue
                outside = socket.create_connection(self._target)
                self._pairs |= {inside, outside}
            for source, sink in ((inside, outside), (outside, inside)):
                threading.Thread(target=_forward, args=(source, sink), daemon=True).start()


def _forward(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def door_to(host: str, port: int) -> Iterator[Door]:
    """A door for as long as the block lasts."""
    door = Door(host, port)
    try:
        yield door
    finally:
        door.close()
