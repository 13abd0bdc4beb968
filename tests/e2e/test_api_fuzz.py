"""Schemathesis over the whole API with real logins: no 5xx, nothing undocumented, no broken schema.

At least so many requests are sent as ``KEYDESK_TEST_FUZZ_CASES`` says: by default a few, and 20,000 in
the long runs of ``make faults``. Each run of so many sends the same.
"""

import os
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
import requests
import schemathesis
from httpx2 import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from keydesk.deploy.embedded import EmbeddedStack
from tests.e2e.conftest import ClientAs
from tests.e2e.house import SKU, House
from tests.e2e.people import signed_up

LONG, SHORT = 20_000, 600
CASES = int(os.environ.get("KEYDESK_TEST_FUZZ_CASES", LONG if os.environ.get("KEYDESK_TEST_LONG") else SHORT))
CALLERS = ("nobody", "customer", "support", "operator")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
NOT_SENT = {
    "GET /api/v1/events": CALLERS,  # it never ends; the access matrix opens it
    "DELETE /api/v1/sessions/current": (
        "customer",
        "support",
        "operator",
    ),  # all that follows would be nobody's
    "PATCH /api/v1/me": ("support", "operator"),  # other tests need them as they are
}

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]


@pytest.fixture(scope="module")
def customer(stack: EmbeddedStack) -> Iterator[Client]:
    """Somebody whom no other test knows."""
    client = signed_up(stack, "fuzzed@nowhere.example", "violet-harbour-1892")
    yield client
    client.close()


@pytest.fixture(scope="module")
def existing(customer: Client, client_as: ClientAs) -> dict[str, str]:
    """Path parameters that name things of the customer's, and an import."""
    house = House(owner=customer, operator=client_as("operator")).furnish()
    draft = house.draft()
    return {
        "registration_id": draft,
        "item_id": house.line_of(draft),
        "license_id": house.license_id,
        "import_id": house.import_id,
        "token_id": house.token_id(),
        "field_id": house.field_id(),
        "sku": SKU,
    }


@pytest.fixture
def session(
    caller: str, stack: EmbeddedStack, customer: Client, client_as: ClientAs
) -> Iterator[requests.Session]:
    """The caller's session, as Schemathesis wants one."""
    known = {"nobody": client_as(None), "customer": customer}
    client = known.get(caller) or client_as(caller)
    with requests.Session() as made:
        made.headers["Origin"] = stack.public_url
        made.cookies.update(dict(client.cookies))
        yield made


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_that_is_sent_breaks_the_api_or_its_documentation(
    caller: str,
    *,
    stack: EmbeddedStack,
    existing: dict[str, str],
    session: requests.Session,
    capsys: pytest.CaptureFixture[str],
) -> None:
    schema = schemathesis.openapi.from_url(f"{stack.public_url}/api/v1/openapi.json")
    found = list(schema.get_all_operations())
    operations = [one.ok() for one in found if isinstance(one, Ok)]
    assert len(operations) == len(found)
    operations = [one for one in operations if caller not in NOT_SENT.get(one.label, ())]
    share = CASES // len(CALLERS)
    sent, rounds = 0, 0

    while sent < share:
        examples = max(1, min(50, (share - sent) // (2 * len(operations))))
        for operation in operations:
            for strategy in _strategies(operation, existing):
                sent += _send(strategy, session, stack.public_url, examples=examples, number=rounds)
        rounds += 1

    with capsys.disabled():
        print(f"\n{caller}: {sent} requests to {len(operations)} operations", end=" ")  # noqa: T201 - how many there were


def _strategies(operation: Operation, existing: dict[str, str]) -> Iterator[SearchStrategy[Case[Any]]]:
    """Requests as documented, to things that exist where there are any, and requests that are wrong."""
    named = {one.name: existing[one.name] for one in operation.path_parameters if one.name in existing}
    yield operation.as_strategy(path_parameters=named or None)
    if operation.body or operation.path_parameters or operation.query:
        yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        if operation.body and named:
            yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=named)


def _send(
    strategy: SearchStrategy[Case[Any]], session: requests.Session, url: str, *, examples: int, number: int
) -> int:
    """Send that many at most, judge each answer, and say how many were sent."""
    sent = 0

    @seed(number)
    @given(case=strategy)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    def one(case: Case[Any]) -> None:
        nonlocal sent
        sent += 1
        case.validate_response(case.call(base_url=url, session=session), checks=CHECKS)

    one()
    return sent
