"""Cells of an export that are no formulas."""

import pytest

from keydesk.services.catalog.exports.files import harmless

pytestmark = pytest.mark.feature("G17")


@pytest.mark.parametrize("formula", ["=1", "+A1", "-A1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "+49 40 1234"])
def test_what_a_spreadsheet_could_carry_out_becomes_text(formula: str) -> None:
    assert harmless(formula) == f"'{formula}"


@pytest.mark.parametrize("plain", ["-5", "+5.25", "A-1", "", "'=1", "1=1"])
def test_what_is_no_formula_stays_as_it_is(plain: str) -> None:
    assert harmless(plain) == plain
