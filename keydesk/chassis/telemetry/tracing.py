"""Traces (OpenTelemetry): one trace from a click through HTTP, outbox, bus and jobs.

Without an endpoint to send spans to, none is recorded; their ids still run through logs and messages.
"""

import importlib
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

from keydesk.chassis.settings import BadSettings

EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
"""Of the package opentelemetry-exporter-otlp-proto-http, which only those who collect traces install."""

tracer = trace.get_tracer("keydesk")


def configure_tracing(service: str, endpoint: str | None) -> None:
    """Give this process's spans ids, and send them to ``endpoint`` (OTLP over HTTP) if there is one.

    The first call counts. Raises `BadSettings` when an endpoint is set and the exporter is not installed.
    """
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    provider = TracerProvider(
        resource=Resource.create({"service.namespace": "keydesk", "service.name": service}),
        sampler=ALWAYS_ON if endpoint else ALWAYS_OFF,
    )
    if endpoint:
        provider.add_span_processor(BatchSpanProcessor(_exporter(endpoint)))
    trace.set_tracer_provider(provider)


def _exporter(endpoint: str) -> Any:
    try:
        module = importlib.import_module(EXPORTER)
    except ImportError:
        raise BadSettings(
            "KEYDESK_OTLP_ENDPOINT is set, and opentelemetry-exporter-otlp-proto-http is not installed"
        ) from None
    return module.OTLPSpanExporter(endpoint=endpoint)
