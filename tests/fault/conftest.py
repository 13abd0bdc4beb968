"""Stacks to break: each broker's own, with the durability that a deployment has, and nobody else's."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from keydesk.deploy.embedded import Broker, EmbeddedStack, StackOptions
from keydesk.gateway.limits.policies import TABLE

LONG = "KEYDESK_TEST_LONG"
"""Set by ``make faults``."""

StackOn = Callable[[Broker], EmbeddedStack]


def is_long() -> bool:
    """Whether time is no object."""
    return LONG in os.environ


@pytest.fixture(scope="module")
def stack_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackOn]:
    """``stack_on("rabbitmq")``: a running stack with that broker, one at a time."""
    no_limits = ",".join(f"{policy.name}=1000000/60" for policy in TABLE)
    running: dict[Broker, EmbeddedStack] = {}
    with ExitStack() as opened:

        def start(broker: Broker) -> EmbeddedStack:
            if broker not in running:
                opened.close()
                running.clear()
                options = StackOptions(
                    data=tmp_path_factory.mktemp(f"stack-{broker}"),
                    port=None,
                    mailbox_port=None,
                    broker=broker,
                    lasting=False,
                    environment={"KEYDESK_GATEWAY_LIMITS": no_limits},
                )
                running[broker] = opened.enter_context(EmbeddedStack(options))
            return running[broker]

        yield start
