"""The embedded stack: seconds until it is ready and memory that it takes, against its servers alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Aim, Figure
from keydesk.deploy.embedded import EmbeddedStack, StackOptions
from keydesk.deploy.embedded.state import wipe

READY_AIM = Aim("value", at_most=20)
MEMORY_AIM = Aim("value", at_most=1500)
UNLIMITED = "account=1000000/1,serial_numbers=1000000/1"
"""A measurement is one customer in a great hurry."""


@contextmanager
def running(folder: Path) -> Iterator[EmbeddedStack]:
    """A new stack with demo data for the length of a block."""
    options = StackOptions(
        data=folder / "stack",
        port=None,
        mailbox_port=None,
        environment={"KEYDESK_GATEWAY_LIMITS": UNLIMITED},
    )
    try:
        with EmbeddedStack(options) as stack:
            yield stack
    finally:
        wipe(options.data)


def measure(stack: EmbeddedStack, *, servers_seconds: float, servers_bytes: int) -> Iterator[Figure]:
    """Two figures of a stack that has just started, with its tables made and its demo data loaded."""
    yield Figure(
        "stack, first start until ready",
        stack.seconds_to_ready,
        "s",
        "its servers alone",
        servers_seconds,
        READY_AIM,
    )
    megabytes = 1_000_000
    yield Figure(
        "stack, memory (PSS)",
        stack.memory_bytes() / megabytes,
        "MB",
        "its servers alone",
        servers_bytes / megabytes,
        MEMORY_AIM,
    )
