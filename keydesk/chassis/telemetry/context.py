"""The thread that runs through HTTP, outbox, bus and jobs: W3C trace context and the request id."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import context as otel_context
from opentelemetry import propagate

REQUEST_ID = "x-request-id"
"""The header that carries the request id from room to room."""


def current_context() -> dict[str, str]:
    """What a message carries so that its reader continues this trace."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        carrier["request_id"] = str(request_id)
    return carrier


@contextmanager
def continued(carrier: Mapping[str, str]) -> Iterator[None]:
    """Work within the trace and request that ``carrier`` came from."""
    token = otel_context.attach(propagate.extract(dict(carrier)))
    request_id = carrier.get("request_id")
    try:
        with structlog.contextvars.bound_contextvars(**({"request_id": request_id} if request_id else {})):
            yield
    finally:
        otel_context.detach(token)
