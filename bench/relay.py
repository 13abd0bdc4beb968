"""The outbox relay: rows a second from the outbox to the broker, against a bare loop of windowed confirms.

Both publish the same messages to the same exchange, where one quorum queue takes them.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from time import perf_counter
from uuid import uuid4

import orjson
import psycopg
from pika import BlockingConnection

from bench.bare_publisher import BarePublisher
from bench.figures import Figure, Turns
from bench.machine import Machine
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.amqp_bus import AmqpBus
from keydesk.chassis.messaging.amqp_connection import parameters_of
from keydesk.chassis.messaging.facts import envelope
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.relay import Relay
from keydesk.services.licensing.contract import LicenseIssued

SERVICE = "licensing"
NAMES = Names("bench-relay")
LISTENER = "listener"

_FILL = """
INSERT INTO outbox (id, kind, name, subject, body, context)
SELECT replace(gen_random_uuid()::text, '-', ''), 'fact', %s, 'lic_' || n, %s, '{}'
FROM generate_series(1, %s) AS n
"""


def measure(machine: Machine, *, turns: int, rows: int) -> Iterator[Figure]:
    """One figure: ``turns`` times ``rows`` facts by each, a first turn to warm up not counted."""
    url, broker = machine.database_url(SERVICE), machine.wiring.broker_url
    fact = _fact()
    AmqpBus(broker, NAMES).declare(LISTENER, [fact.TYPE])
    relay = Relay(SERVICE, url, broker, names=NAMES, topology=[(LISTENER, [fact.TYPE])])
    bare = BarePublisher(broker, NAMES.events, fact.TYPE)
    bodies = [_body(fact)] * rows
    measured = Turns()
    for turn in range(turns + 1):
        limit = bare.messages_per_second(bodies)
        _empty_queue(broker)
        with psycopg.connect(url) as connection:
            connection.execute(_FILL, [fact.TYPE, fact.model_dump_json(), rows])
        started = perf_counter()
        published = relay.publish_due()
        subject = published / (perf_counter() - started)
        _empty_queue(broker)
        if turn:
            measured.limit.append(limit)
            measured.subject.append(subject)
    bare.close()
    relay.close()
    yield measured.figure("outbox relay", "rows/s", "bare windowed confirms")


def _empty_queue(broker: str) -> None:
    with BlockingConnection(parameters_of(broker)) as connection:
        connection.channel().queue_purge(NAMES.queue(LISTENER))


def _body(fact: LicenseIssued) -> bytes:
    told = envelope(
        id=uuid4().hex,
        type=fact.TYPE,
        source=SERVICE,
        subject=fact.license_id,
        time=fact.issued_at,
        data=orjson.Fragment(fact.model_dump_json()),
    )
    return orjson.dumps(told)


def _fact() -> LicenseIssued:
    """A fact of the usual size, which is the one that the outbox holds most of."""
    return LicenseIssued(
        license_id=new_id("lic"),
        registration_id=new_id("reg"),
        account_id=new_id("acc"),
        serial_number="Z0000000001",
        sku="BENCH-100",
        product_name="Harbor Cluster",
        product_version="4.2",
        platform="Linux",
        order_number="BENCH-SO",
        customer_number="BENCH-C",
        customer_name="Acme Marine",
        ordered_on=date(2026, 1, 1),
        quantity=1,
        entitled_price_tier="",
        deployed_price_tier="",
        host_id="",
        system_type="",
        technical_contact=None,
        install_at=None,
        maintenance_start=None,
        maintenance_end=None,
        support_agreement_number="",
        has_file=True,
        file_name="BENCH-100-Z0000000001.slf",
        issued_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
