"""Serial numbers that are none, through the public API: each told apart, nothing half done, one winner."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx2 import Client, Response

from tests.e2e.conftest import ClientAs
from tests.e2e.house import done
from tests.e2e.sales import sell
from tests.waiting import until

pytestmark = pytest.mark.feature("G11")

SKU = "BI-100"
MOST = 10_000
TRIES = 100

Takes = Callable[[], str]


@pytest.fixture(scope="module")
def take(client_as: ClientAs) -> Takes:
    """``take()``: a serial number that was sold and that no other test uses."""
    serial_numbers = [f"B{number:010}" for number in range(100)]
    sell(client_as("operator"), SKU, serial_numbers)
    return iter(serial_numbers).__next__


@pytest.fixture
def anna(client_as: ClientAs) -> Client:
    return client_as("anna")


@pytest.fixture
def ben(client_as: ClientAs) -> Client:
    return client_as("ben")


def draft(client: Client, *serial_numbers: str) -> str:
    """A new registration with these lines."""
    body = {"serial_numbers": serial_numbers}
    return str(done(client.post("/api/v1/registrations", json=body))["id"])


def send_file(client: Client, registration_id: str, content: bytes, kind: str = "text/csv") -> Response:
    return client.post(
        f"/api/v1/registrations/{registration_id}/items", content=content, headers={"Content-Type": kind}
    )


def complete(client: Client, registration_id: str) -> Response:
    return client.post(f"/api/v1/registrations/{registration_id}/complete")


def register(client: Client, *serial_numbers: str) -> None:
    """Register serial numbers, and wait for their licenses."""
    registration_id = draft(client, *serial_numbers)
    assert complete(client, registration_id).status_code == 202
    until(lambda: shown(client, registration_id)["status"] == "completed", seconds=60)


def shown(client: Client, registration_id: str) -> Any:
    return done(client.get(f"/api/v1/registrations/{registration_id}"))


def problems(client: Client, registration_id: str) -> list[str | None]:
    """The problem of each line, in order; None for a line that has none."""
    items = done(client.get(f"/api/v1/registrations/{registration_id}/items"))["items"]
    return [item["problem"] and item["problem"]["code"] for item in items]


def refused(answer: Response, status: int, code: str) -> None:
    """The answer is this problem, and says what to do."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    assert answer.json()["detail"]


def test_each_line_of_a_mixed_list_says_what_is_wrong_with_it(anna: Client, ben: Client, take: Takes) -> None:
    good, mine, anothers, other_case = take(), take(), take(), take()
    register(anna, mine)
    register(ben, anothers)
    mixed = draft(anna, good, "B9999999999", "nonsense", mine, anothers, other_case.lower(), good)
    assert problems(anna, mixed) == [
        None,
        "unknown",
        "malformed",
        "registered_by_you",
        "already_registered",
        "wrong_case",
        "duplicate",
    ]


def test_a_mixed_list_registers_nothing_until_the_refused_lines_are_gone(anna: Client, take: Takes) -> None:
    good = take()
    mixed = draft(anna, good, "B9999999999")

    answer = complete(anna, mixed)
    refused(answer, 409, "registration_not_ready")
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown"]
    assert shown(anna, mixed)["status"] == "draft"

    done(anna.delete(f"/api/v1/registrations/{mixed}/items", params={"state": "refused"}))
    assert problems(anna, mixed) == [None]
    assert complete(anna, mixed).status_code == 202


def test_ten_thousand_serial_numbers_are_taken_and_one_more_is_not(anna: Client) -> None:
    full = draft(anna)
    lines = [f"B{number:010}" for number in range(1_000_000, 1_000_000 + MOST + 1)]
    refused(send_file(anna, full, "\n".join(lines).encode()), 422, "too_many_serial_numbers")
    assert shown(anna, full)["counts"]["lines"] == 0

    assert done(send_file(anna, full, "\n".join(lines[:-1]).encode()))["counts"]["lines"] == MOST
    refused(send_file(anna, full, lines[-1].encode()), 422, "too_many_serial_numbers")
    assert shown(anna, full)["counts"]["lines"] == MOST


@pytest.mark.parametrize(
    ("kind", "content", "status", "code"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 415, "unsupported_media_type"),
        ("application/octet-stream", b"B0000000001", 415, "unsupported_media_type"),
        ("text/csv", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00", 422, "file_unreadable"),
        ("text/plain", bytes(range(256)) * 64, 422, "file_unreadable"),
        ("text/csv", "B0000000001".encode("utf-16"), 422, "file_unreadable"),
        ("text/csv", b"\xef\xbb\xbf", 422, "no_serial_numbers"),
        ("text/plain", b" \r\n\t,;", 422, "no_serial_numbers"),
        ("application/json", b'{"serial_numbers": [1, null, {}]}', 422, "invalid"),
        ("application/json", b'{"serial_numbers"', 400, "malformed"),
    ],
)
def test_a_file_that_is_no_list_of_serial_numbers_is_refused_whole(
    anna: Client, kind: str, content: bytes, status: int, code: str
) -> None:
    empty = draft(anna)
    refused(send_file(anna, empty, content, kind), status, code)
    assert shown(anna, empty)["counts"]["lines"] == 0


def test_a_csv_with_a_byte_order_mark_and_a_heading_is_read(anna: Client, take: Takes) -> None:
    numbers = [take(), take()]
    table = "Serial number;Site\r\n" + "".join(f"{number};Göteborg\r\n" for number in numbers)
    from_excel = draft(anna)
    assert done(send_file(anna, from_excel, table.encode("utf-8-sig")))["added"] == 2
    assert problems(anna, from_excel) == [None, None]


def test_of_a_hundred_tries_for_one_serial_number_exactly_one_wins_and_the_others_are_told(
    anna: Client, ben: Client, take: Takes
) -> None:
    wanted = take()
    people = itertools.cycle((anna, ben))
    tries = [(person, draft(person, wanted)) for person in itertools.islice(people, TRIES)]

    with ThreadPoolExecutor(TRIES) as crowd:
        answers = list(crowd.map(lambda attempt: complete(*attempt), tries))

    [(winner, registration_id)] = [
        attempt for attempt, answer in zip(tries, answers, strict=True) if answer.status_code == 202
    ]
    for (person, _), answer in zip(tries, answers, strict=True):
        if answer.status_code != 202:
            refused(answer, 409, "serial_number_already_registered")
            told = "registered_by_you" if person is winner else "already_registered"
            assert [error["code"] for error in answer.json()["errors"]] == [told]
    until(lambda: shown(winner, registration_id)["status"] == "completed", seconds=60)
    assert shown(winner, registration_id)["progress"] == {"done": 1, "total": 1}
