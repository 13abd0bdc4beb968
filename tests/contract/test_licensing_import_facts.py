"""Licensing says how far a file is read as the golden fact has it."""

import orjson

from keydesk.services.licensing.contract import ImportProgressed
from tests.contract.golden import FOLDER, golden


def test_the_golden_fact_of_an_import_is_said_as_it_was_read() -> None:
    written = orjson.loads((FOLDER / f"{ImportProgressed.TYPE}.json").read_bytes())
    assert golden(ImportProgressed).model_dump(mode="json") == written
