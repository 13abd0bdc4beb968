"""Whole stacks whose processes are killed while they issue: nothing is lost, nothing is issued twice."""

import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime

import psycopg
import pytest
from rich.console import Console
from rich.table import Table

from keydesk.deploy.embedded import Broker, EmbeddedStack
from keydesk.deploy.servers import rabbitmq
from keydesk.rooms import SERVICE_NAMES
from keydesk.services.licensing.issuance.license_reading import blocks_in, public_keys, verify
from tests.e2e.people import logged_in
from tests.e2e.sales import sell
from tests.fault.conftest import StackOn, is_long
from tests.fault.customer import Customer
from tests.fault.ledger import Ledger, read_ledger
from tests.fault.storm import Crowd, Victims, rage
from tests.waiting import until

pytestmark = [pytest.mark.feature("G11"), pytest.mark.timeout(3_000 if is_long() else 600)]

SIZES: dict[Broker, tuple[int, int]] = {"rabbitmq": (2_000, 5), "valkey": (900, 2)}
"""Licenses to issue, and how often each process is killed meanwhile."""
LONG_SIZE = (10_000, 25)
if not rabbitmq.is_installed():
    SIZES = {"valkey": SIZES["rabbitmq"]}

CUSTOMERS = ("anna", "ben", "carla", "anna")
SKU = "FA-100"
THE_LAST = "F9999999999"
"""Registered behind everything that was delivered twice, so that all of that has arrived before it."""
BIG_ORDER = 520
"""More than one batch of issuing."""
SMALL_ORDERS = (1, 9, 20, 4, 16)
SETTLED_SECONDS = 240
"""Longer than what is lost takes to be noticed: a batch is queued again after 30 s."""
VERIFIED = 20
"""Registrations of each customer whose license files are verified."""


@pytest.mark.parametrize("broker", SIZES)
def test_every_accepted_registration_completes_once_whatever_is_killed(
    broker: Broker, stack_on: StackOn, capsys: pytest.CaptureFixture[str]
) -> None:
    licenses, kills = LONG_SIZE if is_long() else SIZES[broker]
    stack = stack_on(broker)
    killed = ["licensing", "licensing-worker", "relay", "consumers", "postgres", broker]
    victims = Victims(stack, dict.fromkeys(killed, kills))
    with ExitStack() as opened:
        clients = [opened.enter_context(closing(logged_in(stack, name))) for name in (*CUSTOMERS, "operator")]
        *customers, operator = map(Customer, clients)
        serial_numbers = [f"F{number:010}" for number in range(licenses)]
        sell(operator.client, SKU, [*serial_numbers, THE_LAST])

        began = time.monotonic()
        with Crowd(customers, list(orders_of(serial_numbers))) as crowd:
            rage(victims, crowd)
        raged = time.monotonic()
        registrations = len(crowd.accepted)
        settle(stack, Ledger.of(registrations, licenses))
        settled = time.monotonic()

        deliver_everything_again(stack)
        customers[0].register([THE_LAST])
        settle(stack, Ledger.of(registrations + 1, licenses + 1))
        for customer in customers:
            assert_files_verify(customer)

    table = Table("killed", "times", title=f"{licenses} licenses on {broker}")
    for name, times in victims.kills.items():
        table.add_row(name, str(times))
    table.add_row("requests sent again", str(sum(customer.sent_again for customer in customers)))
    table.add_row("registrations accepted", str(registrations))
    table.add_row("registrations completed", str(read_ledger(stack).completed - 1))
    table.add_row("seconds of killing", f"{raged - began:.0f}")
    table.add_row("seconds until settled", f"{settled - raged:.0f}")
    with capsys.disabled():
        Console().print(table)


def settle(stack: EmbeddedStack, expected: Ledger) -> None:
    """Wait until the databases say what is expected; fail, showing what they say, when they never do."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while (ledger := read_ledger(stack)) != expected and time.monotonic() < deadline:
        time.sleep(0.5)
    assert ledger == expected


def deliver_everything_again(stack: EmbeddedStack) -> None:
    """Have the relay publish every fact and job once more, the newer half first."""
    for half in ("position > {middle}", "position <= {middle}"):
        for service in SERVICE_NAMES:
            with psycopg.connect(stack.wiring.database_urls[service], autocommit=True) as connection:
                middle = "(SELECT max(position) / 2 FROM outbox)"
                again = f"UPDATE outbox SET published_at = NULL WHERE {half.format(middle=middle)}"  # noqa: S608 - ours
                connection.execute(again)
        until(lambda: read_ledger(stack).unpublished == 0, seconds=SETTLED_SECONDS)


def assert_files_verify(customer: Customer) -> None:
    """The newest registrations of a customer have a license file for each line, and it holds."""
    keys = public_keys(customer.get("/.well-known/jwks.json").json())
    listed = customer.get(f"/api/v1/registrations?limit={VERIFIED}").json()["items"]
    for registration in listed:
        file = customer.get(f"/api/v1/registrations/{registration['id']}/file").content
        licenses = [verify(block, keys, datetime.now(UTC)) for block in blocks_in(file)]
        assert len(licenses) == registration["counts"]["lines"]


def orders_of(serial_numbers: list[str]) -> Iterator[list[str]]:
    """A big order and many small ones, which have all the serial numbers between them."""
    rest = iter(serial_numbers)
    for size in itertools.chain([BIG_ORDER], itertools.cycle(SMALL_ORDERS)):
        order = list(itertools.islice(rest, size))
        if not order:
            return
        yield order
