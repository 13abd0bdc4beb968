"""The catalog understands the golden facts that it takes in."""

from datetime import date

import orjson
import pytest

from keydesk.services.catalog.consumers import LICENSES, PEOPLE
from keydesk.services.catalog.contract import AdditionEnded, LicensesShared, RequestChanged, SharingEnded
from keydesk.services.catalog.licenses.presentation import details_of
from keydesk.services.catalog.licenses.service import _row_of
from keydesk.services.catalog.models import License
from keydesk.services.licensing.contract import LicenseIssued
from tests.contract.golden import FOLDER, golden


@pytest.mark.feature("G18")
def test_everything_told_of_a_license_is_on_its_page() -> None:
    fact = golden(LicenseIssued)

    details = details_of(
        License(**_row_of(fact)),
        "owner",
        date(2026, 11, 25),
        language="en",
        owner=None,
        license_key=None,
        added_at=None,
    )

    shown = str(details.model_dump())
    untold = {"registration_id", "account_id"}
    for name, value in fact.model_dump(exclude=untold).items():
        parts = (
            [f"{part!r}: {said!r}" for part, said in value.items()]
            if isinstance(value, dict)
            else [repr(value)]
        )
        for said in parts:
            assert said in shown, name


def test_the_catalog_reads_every_fact_that_it_subscribes_to() -> None:
    for consumer in (LICENSES, PEOPLE):
        for fact in consumer.facts:
            assert golden(fact).TYPE == fact.TYPE


def test_the_golden_facts_of_the_catalog_are_said_as_they_were_read() -> None:
    for fact in (AdditionEnded, LicensesShared, SharingEnded, RequestChanged):
        written = orjson.loads((FOLDER / f"{fact.TYPE}.json").read_bytes())
        assert golden(fact).model_dump(mode="json") == written, fact.TYPE
