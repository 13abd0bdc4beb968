"""A POST that is sent again with the same key takes effect once and gets the same answer."""

import threading
from typing import Any

import pytest
from sqlalchemy import select, text

from keydesk.chassis.http.app import openapi_of
from keydesk.chassis.http.idempotency import REPLAYED
from keydesk.chassis.identity import Caller
from keydesk.chassis.messaging.tables import idempotency_keys
from keydesk.chassis.messaging.work import WorkContext
from tests.depot import SLOW, UNKNOWN, at_the_door, deliveries, open_the_door
from tests.depot_fixtures import DepotClient
from tests.identities import a_caller

ANNA, BORIS = a_caller("acc_anna"), a_caller("acc_boris")


def post(
    client: DepotClient, body: object, *, key: Any = "k-1", to: str = "parcels", caller: Caller = ANNA
) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/api/v1/{to}", caller, json=body, headers=headers)


def taken(depot: WorkContext) -> list[int]:
    with depot.transaction() as session:
        return list(session.scalars(select(deliveries.c.number).order_by(deliveries.c.position)))


def test_a_repeat_takes_effect_once_and_gets_the_first_answer(
    depot_client: DepotClient, depot: WorkContext
) -> None:
    first, again = (post(depot_client, {"number": 1}) for _ in range(2))

    assert (first.status_code, first.json()) == (201, {"number": 1})
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert taken(depot) == [1]


def test_without_a_key_every_request_takes_effect(depot_client: DepotClient, depot: WorkContext) -> None:
    for _ in range(2):
        post(depot_client, {"number": 1}, key=None)
    assert taken(depot) == [1, 1]


def test_the_same_key_with_another_body_is_refused(depot_client: DepotClient, depot: WorkContext) -> None:
    post(depot_client, {"number": 1})
    other = post(depot_client, {"number": 2})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert taken(depot) == [1]


def test_the_same_key_at_another_address_is_refused(depot_client: DepotClient) -> None:
    post(depot_client, {"number": 1})
    assert post(depot_client, {"number": 1}, to="labels").json()["code"] == "idempotency_key_reused"


def test_two_people_may_choose_the_same_key(depot_client: DepotClient, depot: WorkContext) -> None:
    for caller in (ANNA, BORIS):
        assert post(depot_client, {"number": 1}, caller=caller).status_code == 201
    assert taken(depot) == [1, 1]


def test_a_second_request_while_the_first_is_under_way_is_told_to_wait(
    depot_client: DepotClient, depot: WorkContext
) -> None:
    at_the_door.clear()
    open_the_door.clear()
    answers: list[Any] = []
    first = threading.Thread(target=lambda: answers.append(post(depot_client, {"number": SLOW})))
    first.start()
    assert at_the_door.wait(10)

    second = post(depot_client, {"number": SLOW})
    open_the_door.set()
    first.join()

    assert (second.status_code, second.json()["code"]) == (409, "idempotency_key_in_use")
    assert second.headers["retry-after"] == "1"
    assert answers[0].status_code == 201
    assert post(depot_client, {"number": SLOW}).headers[REPLAYED] == "true"
    assert taken(depot) == [SLOW]


def test_a_request_that_was_refused_may_be_tried_again_with_its_key(
    depot_client: DepotClient, depot: WorkContext
) -> None:
    assert post(depot_client, {"number": UNKNOWN}).status_code == 404
    assert post(depot_client, {"number": "x"}).status_code == 422
    assert post(depot_client, {"number": 5}).status_code == 201
    assert taken(depot) == [5]


def test_who_may_not_do_it_is_refused_before_a_kept_answer_is_looked_for(depot_client: DepotClient) -> None:
    post(depot_client, {"number": 1})
    with_fewer_scopes = a_caller("acc_anna", scopes=("parcels:read",))
    again = post(depot_client, {"number": 1}, caller=with_fewer_scopes)
    assert (again.status_code, again.json()["code"]) == (403, "scope_missing")


def test_a_secret_is_not_kept_and_a_repeat_makes_no_second_one(
    depot_client: DepotClient, depot: WorkContext
) -> None:
    assert post(depot_client, {"number": 1}, to="secrets").json() == {"secret": "rosebud"}
    again = post(depot_client, {"number": 1}, to="secrets")
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_answer_not_kept")
    assert taken(depot) == [1]
    with depot.transaction() as session:
        (kept,) = session.execute(select(idempotency_keys)).all()
    assert b"rosebud" not in repr(kept).encode()


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "Schlüssel".encode("latin-1")])
def test_a_malformed_key_is_refused(depot_client: DepotClient, key: str | bytes, depot: WorkContext) -> None:
    answer = post(depot_client, {"number": 1}, key=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "idempotency_key_malformed"
    assert taken(depot) == []


def test_a_commit_that_fails_is_never_answered_as_a_success(
    depot_client: DepotClient, depot: WorkContext
) -> None:
    """The constraint is checked at the commit, when the answer has been built already."""
    assert post(depot_client, {"number": 1}, to="labels", key=None).status_code == 201
    for key in ("k-2", None):
        assert post(depot_client, {"number": 1}, to="labels", key=key).status_code >= 500
    with depot.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM labels")) == 1
        assert session.scalar(text("SELECT count(*) FROM idempotency_keys")) == 0


def test_keys_and_their_conflicts_are_documented(depot_client: DepotClient) -> None:
    operation = openapi_of(depot_client.app)["paths"]["/api/v1/parcels"]["post"]
    assert "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
    assert "idempotency_key_in_use" in operation["responses"]["409"]["description"]
