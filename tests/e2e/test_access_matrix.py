"""Every operation of the API, tried by every kind of caller, against the table in ``access_matrix.md``."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client

from keydesk.deploy.embedded import EmbeddedStack
from tests.e2e.access_requests import call_for
from tests.e2e.conftest import ClientAs
from tests.e2e.house import House, done
from tests.e2e.people import SCOPES, logged_in, visitor, with_token

PEOPLE = {
    "nobody": None,
    "owner": "anna",
    "colleague": "ben",
    "other": "carla",
    "support": "support",
    "operator": "operator",
}


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    operation: str
    scopes: frozenset[str]
    """One of these is needed of a token."""
    expected: dict[str, str]

    @property
    def token_owner(self) -> str:
        """Whose tokens are tried: the owner's, or those of whoever may."""
        return next(who for who in ("owner", "operator", "support") if self.expected[who] != "403")

    @property
    def about_the_session(self) -> bool:
        return self.operation.partition(" ")[2].startswith("/api/v1/sessions")


def _table() -> list[Line]:
    rows = [
        [cell.strip() for cell in row.strip("|\n").split("|")]
        for row in Path(__file__).with_name("access_matrix.md").read_text().splitlines()
        if row.startswith("|")
    ]
    columns = rows[0]
    lines = [dict(zip(columns, row, strict=True)) for row in rows[2:]]
    return [_line(line) for line in lines]


def _line(cells: dict[str, str]) -> Line:
    operation, scope = cells.pop("operation"), cells.pop("scope")
    return Line(operation.partition(" (")[0], frozenset(scope.split(" or ")) - {"-"}, cells)


TABLE = _table()


@pytest.fixture(scope="module")
def document(stack: EmbeddedStack) -> dict[str, Any]:
    """The OpenAPI document of the running stack."""
    with visitor(stack) as client:
        return dict(done(client.get("/api/v1/openapi.json")))


@pytest.fixture(scope="module")
def house(client_as: ClientAs) -> House:
    """What the owner has."""
    return House(owner=client_as("anna"), operator=client_as("operator")).furnish()


@pytest.fixture(scope="module")
def token_of(stack: EmbeddedStack, client_as: ClientAs) -> Iterator[Callable[..., Client]]:
    """``token_of("owner", {"account:read"})``: a client with such a token, made once."""
    with ExitStack() as opened:
        known: dict[tuple[str, frozenset[str]], Client] = {}

        def client(owner: str, scopes: frozenset[str]) -> Client:
            if (owner, scopes) not in known:
                made = with_token(stack, client_as(PEOPLE[owner]), scopes)
                known[owner, scopes] = opened.enter_context(closing(made))
            return known[owner, scopes]

        yield client


def test_every_operation_has_a_line_and_every_line_an_operation(document: dict[str, Any]) -> None:
    operations = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}

    assert sorted(line.operation for line in TABLE) == sorted(operations)


def test_the_table_and_the_documentation_name_the_same_scopes(document: dict[str, Any]) -> None:
    documented = {
        f"{method.upper()} {path}": {scope for way in told["security"] for scope in way.get("token", ())}
        for path, item in document["paths"].items()
        for method, told in item.items()
    }

    assert {line.operation: line.scopes for line in TABLE} == documented


@pytest.mark.feature("G2")
@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.operation)
def test_each_caller_may_do_what_the_table_says(
    line: Line,
    stack: EmbeddedStack,
    house: House,
    client_as: ClientAs,
    token_of: Callable[..., Client],
) -> None:
    method, _, template = line.operation.partition(" ")

    def tried(client: Client) -> str:
        with visitor(stack) as sender:
            # A copy: what an answer does to its cookies is forgotten.
            sender.headers, sender.cookies = client.headers, client.cookies
            status, code = call_for(line.operation, house).outcome(sender, method, template)
        if code is None:
            return "ok"
        return "scope" if (status, code) == (403, "scope_missing") else str(status)

    def person(login_id: str | None) -> Client:
        if login_id is None or not line.about_the_session:
            return client_as(login_id)
        # What ends the caller's session is tried with one that nobody needs afterwards.
        with closing(logged_in(stack, login_id)) as client:
            return client

    every = frozenset(SCOPES)
    outcomes = {who: tried(person(login_id)) for who, login_id in PEOPLE.items()}
    outcomes["with"] = tried(token_of(line.token_owner, line.scopes or every))
    outcomes["without"] = tried(token_of(line.token_owner, every - line.scopes))

    assert outcomes == line.expected
