"""Stopping processes of a stack for a while, and starting them again."""

from collections.abc import Sequence

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.supervisor import Program


def stop(stack: EmbeddedStack, *names: str) -> Sequence[Program]:
    """Stop processes, and keep them stopped; what `start` takes."""
    stopping = [stack.process(name) for name in names]
    stack.supervisor.stop(stopping)
    return [process.program for process in stopping]


def start(stack: EmbeddedStack, programs: Sequence[Program]) -> None:
    """Start what was stopped; it can be used when this returns."""
    stack.supervisor.wait_ready(stack.supervisor.start(*programs))


def deaths(stack: EmbeddedStack) -> dict[str, int]:
    """How often each process died by itself since it was started."""
    return {process.name: process.restarts for process in stack.supervisor.processes if process.restarts}
