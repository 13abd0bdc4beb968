"""Support views the portal as somebody else: what it does and how it ends (C4)."""

from collections.abc import Iterator

import httpx2
import pytest

from keydesk.chassis.identity import HEADER
from keydesk.gateway.cookies import SESSION_COOKIE
from tests.factories.gateway import House, Person, a_house
from tests.identities import KeyRing
from tests.viewing import CURRENT, OWN, REASON, VIEW, view, viewing, whose


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring) as running:
        yield running


@pytest.mark.feature("C4")
def test_the_rooms_see_the_account_and_who_views_it(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    viewing(support, maria)
    support.get("/api/v1/registrations")
    support.get("/licenses")

    caller = house.rooms.caller_of(house.rooms.last("licensing"))
    assert (caller.account_id, caller.viewed_by, caller.in_person) == (
        maria.account_id,
        sam.account_id,
        False,
    )
    assert caller.roles == frozenset({"customer"})
    assert caller.language == "en", "whoever reads has to understand it"
    assert house.rooms.caller_of(house.rooms.last("portal")).viewed_by == sam.account_id


@pytest.mark.feature("C4")
def test_who_views_whom_and_why_is_recorded_before_and_after(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    viewing(support, maria)
    begun = house.rooms.views[-1]
    support.delete(VIEW)
    ended = house.rooms.views[-1]

    assert (begun["viewer_id"], begun["account_id"], begun["reason"]) == (
        sam.account_id,
        maria.account_id,
        REASON,
    )
    assert begun["until"]
    assert (ended["viewer_id"], ended["account_id"], ended["view_id"]) == (
        sam.account_id,
        maria.account_id,
        begun["view_id"],
    )


@pytest.mark.feature("C4")
def test_the_session_says_that_it_views_and_until_when(
    support: httpx2.Client, maria: Person, sam: Person
) -> None:
    began = view(support, maria).json()
    current = support.get(CURRENT).json()

    for document in (began, current):
        assert (document["account_id"], document["roles"]) == (maria.account_id, ["customer"])
        assert document["view"]["by_account_id"] == sam.account_id
        assert document["view"]["ends_at"]


@pytest.mark.feature("C4")
def test_stopping_gives_the_session_back_at_once_and_twice_is_no_error(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    viewing(support, maria)

    assert [support.delete(VIEW).status_code for _ in range(2)] == [204, 204]
    assert whose(house, support) == sam.account_id
    assert support.patch("/api/v1/me", json={}).status_code == 200


def test_logging_out_while_viewing_ends_the_session_and_the_view(
    house: House, support: httpx2.Client, maria: Person
) -> None:
    viewing(support, maria)
    secret = support.cookies[SESSION_COOKIE]

    assert support.delete(CURRENT).status_code == 204
    assert "reason" not in house.rooms.views[-1], "its end is recorded"
    with house.client(headers={"cookie": f"{SESSION_COOKIE}={secret}"}) as client:
        assert client.get(CURRENT).status_code == 401


@pytest.mark.parametrize("path", ["/logout", "/stop-viewing"])
def test_the_portals_ways_out_stay_open(
    house: House, support: httpx2.Client, maria: Person, path: str
) -> None:
    viewing(support, maria)

    assert support.post(path).status_code == 200
    assert house.rooms.last("portal").target == path


@pytest.mark.feature("C4")
def test_the_portal_begins_and_ends_a_view_for_its_reader(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    def told() -> dict[str, str]:
        support.get("/licenses")
        return {HEADER: house.rooms.last("portal").header(HEADER) or ""}

    with house.client(headers=told()) as portal:
        assert view(portal, maria).status_code == 201
    assert whose(house, support) == maria.account_id
    with house.client(headers=told()) as portal:
        assert portal.delete(VIEW).status_code == 204
    assert whose(house, support) == sam.account_id


def test_another_session_of_the_same_support_person_views_nothing(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    with house.client(headers=OWN) as other:
        house.log_in(other, sam)
        viewing(support, maria)
        assert whose(house, other) == sam.account_id
