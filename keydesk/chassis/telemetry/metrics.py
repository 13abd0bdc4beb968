"""What is counted, for Prometheus. Each process serves it on a port of its own (`probe`)."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "keydesk_http_request_seconds",
    "Requests by route and status class.",
    ["room", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
PUBLISHED = Counter("keydesk_outbox_published_total", "Outbox rows published.", ["room", "kind"])
BACKLOG = Gauge("keydesk_outbox_backlog", "Outbox rows that are due and not yet published.", ["room"])
CONSUMED = Counter("keydesk_events_consumed_total", "Facts taken in.", ["consumer", "outcome"])
JOBS = Histogram(
    "keydesk_job_seconds",
    "Jobs by kind and outcome: done, retried, parked.",
    ["job", "outcome"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
PARKED = Counter("keydesk_parked_total", "Messages that were put aside for a person.", ["room", "name"])
