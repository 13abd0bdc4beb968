"""Logs: one JSON object a line, with request and trace ids, and never a secret."""

import logging
import sys
from typing import Any

import structlog
from opentelemetry import trace
from structlog.typing import EventDict

SECRET_WORDS = ("password", "secret", "token", "cookie", "authorization", "license_key", "private")


def get_logger(name: str) -> Any:
    """A structured logger: ``log.info("registration_completed", registration_id=…)``."""
    return structlog.get_logger(name)


def configure_logging(*, room: str, level: str = "INFO", as_json: bool = True) -> None:
    """Send every log line of this process, ours and the libraries', to stderr in one shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_room(room),
        _add_trace,
        _hide_secrets,
        structlog.processors.format_exc_info,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "httpx2", "httpcore2", "amqp", "celery", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Tells a lost connection in a dozen lines; the bus and the relay tell it in one.
    logging.getLogger("pika").setLevel(logging.CRITICAL)


def _add_room(room: str) -> Any:
    def add(_logger: Any, _method: str, event: EventDict) -> EventDict:
        event["room"] = room
        return event

    return add


def _add_trace(_logger: Any, _method: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
    return event


def _hide_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    for name in event:
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "(hidden)"
    return event
