"""Ports of the loopback address that nobody uses."""

import errno
import random
import socket

LOOPBACK = "127.0.0.1"

_RANGE = range(20_000, 32_000)
"""Below the ports that the kernel hands to outgoing connections, which could take one from under us."""
_TRIES = 200
_given: set[int] = set()


class NoPortFree(Exception):
    """No free port was found."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on ``port`` of ``host`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def free_port() -> int:
    """A free port, never the same one twice in this process. Raises `NoPortFree`."""
    for _ in range(_TRIES):
        port = random.choice(_RANGE)  # noqa: S311 - a port is no secret
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise NoPortFree(f"no free port between {_RANGE.start} and {_RANGE.stop}")


def accepts(port: int, *, greeting: bytes = b"", answer: bytes = b"") -> bool:
    """Whether the server on ``port`` takes a connection and answers ``greeting`` with ``answer``."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.settimeout(1)
            connection.sendall(greeting)
            received = b""
            while len(received) < len(answer):
                part = connection.recv(len(answer) - len(received))
                if not part:
                    return False
                received += part
    except OSError:
        return False
    return received == answer
