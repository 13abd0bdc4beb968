"""What accounts says is what the golden facts show."""

import json

import pytest

from keydesk.chassis.messaging.facts import Fact
from keydesk.services.accounts import contract
from tests.contract.golden import FOLDER, golden

FACTS = [
    kind
    for kind in vars(contract).values()
    if isinstance(kind, type) and issubclass(kind, Fact) and kind is not Fact
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TYPE)
def test_the_golden_fact_is_said_to_the_letter(fact: type[Fact]) -> None:
    written = json.loads((FOLDER / f"{fact.TYPE}.json").read_text())

    assert golden(fact).model_dump(mode="json") == written


def test_no_fact_has_room_for_a_secret() -> None:
    fields = {field for fact in FACTS for field in fact.model_fields}

    assert not {
        field for field in fields if any(word in field for word in ("password", "secret", "nonce", "hash"))
    }
