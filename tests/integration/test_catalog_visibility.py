"""Who sees which license: random worlds of owners, shares and additions against a naive model."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import NotFound
from keydesk.services.catalog.access.visibility import accesses, find_visible
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.licenses.service import list_licenses
from keydesk.services.catalog.models import Addition, License
from tests.databases import TestDatabases
from tests.factories.catalog import a_share_between, an_unregistered_license, licenses_of

pytestmark = pytest.mark.feature("G26")

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PEOPLE = tuple(new_id("acc") for _ in range(4))
NUMBERS = ("C-1", "C-2", "C-3")
WORLDS = 5_000 if "KEYDESK_TEST_LONG" in os.environ else 60

people = st.integers(0, len(PEOPLE) - 1)


@dataclass(frozen=True)
class AShare:
    """A share as the model knows it."""

    giver: int
    taker: int
    level: str
    numbers: frozenset[str]
    single: frozenset[int]
    """Places of licenses."""
    ends_in_hours: int | None
    removed: bool


@dataclass(frozen=True)
class World:
    """Registered licenses by owner and customer number, unregistered ones by who added them, shares."""

    owned: list[tuple[int, str]]
    added: list[frozenset[int]]
    shares: list[AShare]

    def access(self, viewer: int, place: int) -> str:
        """What the viewer may do with the license at a place: those owned first, then those added."""
        if place >= len(self.owned):
            return "added" if viewer in self.added[place - len(self.owned)] else "none"
        owner, number = self.owned[place]
        if owner == viewer:
            return "owner"
        levels = {
            share.level
            for share in self.shares
            if (share.giver, share.taker) == (owner, viewer)
            and not share.removed
            and (share.ends_in_hours is None or share.ends_in_hours > 0)
            and (number in share.numbers or place in share.single)
        }
        return "full" if "full" in levels else "view" if levels else "none"


shares = st.builds(
    AShare,
    giver=people,
    taker=people,
    level=st.sampled_from(["view", "full"]),
    numbers=st.frozensets(st.sampled_from(NUMBERS), max_size=2),
    single=st.frozensets(st.integers(0, 5), max_size=2),
    ends_in_hours=st.none() | st.sampled_from([-1, 0, 1]),
    removed=st.booleans(),
).filter(lambda share: share.giver != share.taker)
worlds = st.builds(
    World,
    owned=st.lists(st.tuples(people, st.sampled_from(NUMBERS)), min_size=1, max_size=6),
    added=st.lists(st.frozensets(people, max_size=3), max_size=2),
    shares=st.lists(shares, max_size=5),
)


@pytest.fixture(scope="module")
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@settings(max_examples=WORLDS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds)
def test_list_and_details_show_what_a_naive_model_allows(database: Database, world: World) -> None:
    with Session(database.engine) as session:  # never committed: the next world starts from nothing
        ids = _build(session, world)
        for viewer, account_id in enumerate(PEOPLE):
            allowed = {id: world.access(viewer, place) for place, id in enumerate(ids)}
            assert accesses(session, account_id, ids, NOW) == allowed
            listed = _listed(session, account_id)
            assert listed == {id: access for id, access in allowed.items() if access != "none"}
            for id in ids:
                assert _seen(session, account_id, id) == (allowed[id] != "none")
        session.rollback()


def _build(session: Session, world: World) -> list[str]:
    ids: list[str] = []
    for place, (owner, number) in enumerate(world.owned):
        fields: dict[str, Any] = {"serial_number": f"A{place:010d}", "customer_number": number}
        ids += [fact.license_id for fact in licenses_of(session, PEOPLE[owner], fields)]
    for place, adders in enumerate(world.added):
        license = an_unregistered_license(serial_number=f"B{place:010d}")
        ids.append(str(license["id"]))
        session.execute(insert(License), [license])
        for adder in adders:
            session.add(Addition(account_id=PEOPLE[adder], license_id=license["id"], added_at=NOW))
    for share in world.shares:
        _share(session, share, ids, len(world.owned))
    session.flush()
    return ids


def _share(session: Session, share: AShare, ids: list[str], owned: int) -> None:
    a_share_between(
        session,
        PEOPLE[share.giver],
        PEOPLE[share.taker],
        license_ids=[ids[place] for place in sorted(share.single) if place < owned],
        customer_numbers=sorted(share.numbers),
        level=share.level,
        ends_at=None if share.ends_in_hours is None else NOW + timedelta(hours=share.ends_in_hours),
        created_at=NOW - timedelta(days=1),
        removed_at=NOW - timedelta(hours=1) if share.removed else None,
    )


def _listed(session: Session, account_id: str) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor = None
    while True:
        criteria = Criteria(sort="serial_number")
        page = list_licenses(session, account_id, criteria, limit=2, cursor=cursor, now=NOW)
        assert not found.keys() & {item.id for item in page.items}
        found |= {item.id: item.access for item in page.items}
        cursor = page.next_cursor
        if cursor is None:
            return found


def _seen(session: Session, account_id: str, license_id: str) -> bool:
    try:
        find_visible(session, account_id, license_id, NOW)
    except NotFound:
        return False
    return True
