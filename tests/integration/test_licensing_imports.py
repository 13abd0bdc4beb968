"""Files of products and orders, read and stored: what each line becomes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from keydesk.chassis.database import Database
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.licensing.contract import ImportProgressed
from keydesk.services.licensing.imports import service
from keydesk.services.licensing.imports.stored_orders import OrderStore
from keydesk.services.licensing.models import Customer, Entitlement, Import, ImportLine, Order, Product
from tests.databases import TestDatabases
from tests.factories import imports as files

pytestmark = pytest.mark.feature("C5")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    """Licensing's database with one product in it."""
    with databases.empty("licensing") as database:
        files.load(database, files.products(), "products")
        yield database


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 10)


def counts(loaded: Import) -> dict[str, int]:
    found = {state: getattr(loaded, state) for state in ("created", "updated", "unchanged", "failed")}
    return {state: count for state, count in found.items() if count}


def stored(database: Database, model: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def entitlement(database: Database, serial_number: str = "A0000000001") -> Entitlement:
    with database.reading() as session:
        return session.scalars(select(Entitlement).where(Entitlement.serial_number == serial_number)).one()


def test_a_product_is_stored_with_what_it_asks_for(database: Database) -> None:
    with database.reading() as session:
        product = session.get_one(Product, "KD-100")
    assert (product.name, product.has_file, product.registered_alone) == ("Harbor Cluster", True, False)
    assert [field["name"] for field in product.fields] == ["host_id", "deployed_price_tier"]


def test_an_order_line_makes_customer_order_and_entitlement(database: Database) -> None:
    assert counts(files.load(database, files.orders())) == {"created": 1}
    found = entitlement(database)
    assert (found.order_number, found.sku, found.quantity, found.state) == ("SO-1", "KD-100", 5, "available")
    with database.reading() as session:
        assert session.get_one(Customer, "C-1").name == "Lindqvist Instruments"
        assert session.get_one(Order, "SO-1").customer_number == "C-1"


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    content = files.orders(*files.serials(25))
    files.load(database, content)
    before = entitlement(database)
    assert counts(files.load(database, content)) == {"unchanged": 25}
    assert entitlement(database).updated_at == before.updated_at
    assert counts(files.load(database, files.products(), "products")) == {"unchanged": 1}


def test_created_updated_and_unchanged_lines_are_told_apart(database: Database) -> None:
    files.load(database, files.orders(*files.serials(2)))
    later = files.load(
        database,
        files.orders(
            {"serial_number": "A0000000001"},
            {"serial_number": "A0000000002", "quantity": "50"},
            {"serial_number": "A0000000003"},
        ),
    )
    assert files.states(database, later.id) == ["unchanged", "updated", "created"]
    assert entitlement(database, "A0000000002").quantity == 50


def test_a_changed_product_is_updated(database: Database) -> None:
    changed = files.load(database, files.products({"fields": "host_id"}, {"sku": "KD-200"}), "products")
    assert files.states(database, changed.id) == ["updated", "created"]
    with database.reading() as session:
        assert len(session.get_one(Product, "KD-100").fields) == 1


def test_a_customer_s_new_name_is_told_by_the_line_that_brings_it(database: Database) -> None:
    files.load(database, files.orders(*files.serials(3)))
    renamed = [{**change, "customer_name": "Lindqvist AB"} for change in files.serials(3)]
    loaded = files.load(database, files.orders(*renamed))
    assert files.states(database, loaded.id) == ["updated", "unchanged", "unchanged"]
    with database.reading() as session:
        assert session.get_one(Customer, "C-1").name == "Lindqvist AB"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sku": "KD-999"}, "sku:unknown_sku"),
        (
            {"serial_number": "A0000000002", "customer_number": "C-2"},
            "order_number:order_of_another_customer",
        ),
        ({"order_number": "SO-2"}, "serial_number:serial_number_of_another_order"),
    ],
)
def test_a_line_that_contradicts_what_is_stored_is_refused(
    database: Database, change: dict[str, str], why: str
) -> None:
    files.load(database, files.orders())
    loaded = files.load(database, files.orders(change))
    assert files.states(database, loaded.id) == [why]
    assert (stored(database, Customer), stored(database, Order), stored(database, Entitlement)) == (1, 1, 1)


@pytest.mark.parametrize("change", [{"sku": "KD-200"}, {"quantity": "6"}, {"price_tier": "2"}])
def test_a_registered_serial_number_keeps_what_its_license_says(
    database: Database, change: dict[str, str]
) -> None:
    files.load(database, files.products({"sku": "KD-200"}), "products")
    files.load(database, files.orders())
    files.register(database, "A0000000001")
    loaded = files.load(database, files.orders(change))
    assert files.states(database, loaded.id) == ["serial_number:registered_already"]


def test_a_registered_serial_number_s_maintenance_may_be_renewed(database: Database) -> None:
    files.load(database, files.orders())
    files.register(database, "A0000000001")
    assert counts(files.load(database, files.orders({"maintenance_end": "2029-01-14"}))) == {"updated": 1}
    assert entitlement(database).maintenance_end.isoformat() == "2029-01-14"  # type: ignore[union-attr]


def test_a_refused_line_leaves_nothing_of_itself(database: Database) -> None:
    refused = {"sku": "KD-999", "customer_number": "C-9", "order_number": "SO-9"}
    files.load(database, files.orders(refused, {"serial_number": "A0000000002"}))
    with database.reading() as session:
        assert session.get(Customer, "C-9") is None
        assert session.get(Order, "SO-9") is None
        assert session.scalars(select(Entitlement.serial_number)).all() == ["A0000000002"]


@pytest.mark.usefixtures("small_chunks")
def test_a_dry_run_changes_nothing_and_tells_what_would_change(database: Database) -> None:
    files.load(database, files.orders(*files.serials(15)))
    content = files.orders(
        *({**change, "customer_name": "Lindqvist AB"} for change in files.serials(25)),
        {"serial_number": "A0000000099", "sku": "KD-999", "customer_name": "Lindqvist AB"},
        {"serial_number": "A0000000001", "customer_name": "Lindqvist AB"},
    )
    dry = files.load(database, content, dry_run=True)
    assert stored(database, Entitlement) == 15
    real = files.load(database, content)
    assert files.states(database, dry.id) == files.states(database, real.id)
    assert counts(dry) == counts(real) == {"created": 10, "updated": 1, "unchanged": 14, "failed": 2}


@pytest.mark.usefixtures("small_chunks")
def test_each_chunk_tells_how_far_the_file_is_read(database: Database) -> None:
    loaded = files.load(database, files.orders(*files.serials(25)))
    facts = select(outbox.c.body).where(outbox.c.name == ImportProgressed.TYPE, outbox.c.subject == loaded.id)
    with database.reading() as session:
        told = [ImportProgressed.model_validate_json(body) for body in session.scalars(facts)]
    assert [(fact.done, fact.total, fact.status) for fact in told] == [
        (10, 25, "processing"),
        (20, 25, "processing"),
        (25, 25, "completed"),
    ]


class _CrashesAt:
    """A clock that is asked once a chunk, and dies at one of them."""

    def __init__(self, chunk: int) -> None:
        self._left = chunk

    def __call__(self) -> datetime:
        self._left -= 1
        if self._left == 0:
            raise InterruptedError
        return files.NOW


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_reading_goes_on_where_a_crash_left_it(database: Database, chunk: int) -> None:
    import_id = files.accept(database, files.orders(*files.serials(25)))
    with pytest.raises(InterruptedError):
        service.read_import(database, import_id, now=_CrashesAt(chunk))
    assert stored(database, Entitlement) == stored(database, ImportLine) - 1 == (chunk - 1) * 10
    service.read_import(database, import_id, now=lambda: files.NOW)
    assert files.states(database, import_id) == ["created"] * 25


def test_a_job_that_comes_twice_reads_once(database: Database) -> None:
    import_id = files.accept(database, files.orders(*files.serials(5)))
    for _ in range(2):
        service.read_import(database, import_id, now=lambda: files.NOW)
    assert files.states(database, import_id) == ["created"] * 5


@pytest.mark.usefixtures("small_chunks")
def test_an_import_whose_job_was_lost_is_queued_again_after_a_while(database: Database) -> None:
    import_id = files.accept(database, files.orders(*files.serials(25)))
    with pytest.raises(InterruptedError):
        service.read_import(database, import_id, now=_CrashesAt(2))

    def requeued(after: timedelta) -> int:
        with database.transaction() as session:
            return service.requeue_stalled(session, now=files.NOW + after)

    lost = service.PATIENCE + timedelta(seconds=1)
    assert [requeued(timedelta(0)), requeued(lost), requeued(lost)] == [0, 1, 0]
    files.read_all(database)
    assert requeued(3 * lost) == 0


def at_once(*work: Callable[[], Any]) -> None:
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(each) for each in work]:
            done.result()


@pytest.mark.usefixtures("small_chunks")
def test_a_job_that_runs_twice_at_once_reads_each_line_once(database: Database) -> None:
    import_id = files.accept(database, files.orders(*files.serials(200)))

    def read() -> None:
        service.read_import(database, import_id, now=lambda: files.NOW)

    at_once(read, read, read)
    assert files.states(database, import_id) == ["created"] * 200


@pytest.mark.usefixtures("small_chunks")
def test_two_imports_of_the_same_file_create_each_entitlement_once(database: Database) -> None:
    changes = list(files.serials(200))
    ids = [
        files.accept(database, files.orders(*changes)),
        files.accept(database, files.orders(*reversed(changes))),
    ]
    at_once(*(lambda each=each: service.read_import(database, each, now=lambda: files.NOW) for each in ids))
    with database.reading() as session:
        found = session.execute(
            select(func.sum(Import.created), func.sum(Import.unchanged)).where(Import.id.in_(ids))
        ).one()
    assert tuple(found) == (200, 200)
    assert stored(database, Entitlement) == 200


@pytest.mark.usefixtures("small_chunks")
def test_what_the_database_refuses_stops_the_import_and_says_where(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = OrderStore.store

    def break_a_rule(self: OrderStore, session: Any, lines: Any, **options: Any) -> Any:
        outcomes = store(self, session, lines, **options)
        if lines[0].line > 2:
            session.execute(text("UPDATE entitlements SET quantity = 0"))
        return outcomes

    monkeypatch.setattr(OrderStore, "store", break_a_rule)
    loaded = files.load(database, files.orders(*files.serials(25)))
    assert (loaded.status, loaded.done) == ("failed", 10)
    assert loaded.problem == {"code": "stopped", "params": {"line": 12}}
    assert stored(database, Entitlement) == 10


def test_the_file_is_kept_until_it_is_read_and_no_longer(database: Database) -> None:
    import_id = files.accept(database, files.orders())
    with database.reading() as session:
        assert session.get_one(Import, import_id).body is not None
    service.read_import(database, import_id, now=lambda: files.NOW)
    with database.reading() as session:
        assert session.get_one(Import, import_id).body is None


@pytest.mark.timeout(300)
def test_a_hundred_thousand_lines_are_taken_in(database: Database) -> None:
    changes = [
        {
            "serial_number": f"A{number:010d}",
            "order_number": f"SO-{number // 20}",
            "customer_number": f"C-{number // 2000}",
        }
        for number in range(100_000)
    ]
    loaded = files.load(database, files.orders(*changes))
    assert (loaded.status, counts(loaded)) == ("completed", {"created": 100_000})
    assert stored(database, Entitlement) == stored(database, ImportLine) - 1 == 100_000
