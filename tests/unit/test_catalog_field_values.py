"""What fields take, and the one form in which they keep it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.services.catalog.fields.values import ValueRefused, canonical
from keydesk.services.catalog.models.fields import FieldKind

pytestmark = pytest.mark.feature("G10")


@pytest.mark.parametrize("kind", ["text", "number", "date", "choice"])
@pytest.mark.parametrize("entered", [None, "", "   "])
def test_nothing_is_no_value_of_any_kind(kind: FieldKind, entered: str | None) -> None:
    assert canonical(kind, ["a"], entered) is None


@pytest.mark.parametrize(
    ("kind", "entered", "kept"),
    [
        ("text", "  Halle 7, Gerät №3 ", "Halle 7, Gerät №3"),
        ("text", "x" * 500, "x" * 500),
        ("number", "0", "0"),
        ("number", "-0.00", "0"),
        ("number", "+007.50", "7.5"),
        ("number", ".5", "0.5"),
        ("number", "12.", "12"),
        ("number", "-1250", "-1250"),
        ("number", "0" * 40 + "1", "1"),
        ("date", "2028-02-29", "2028-02-29"),
        ("date", " 2026-11-25 ", "2026-11-25"),
        ("choice", " b ", "b"),
    ],
)
def test_a_value_is_kept_in_its_one_form(kind: FieldKind, entered: str, kept: str) -> None:
    assert canonical(kind, ["a", "b"], entered) == kept


@pytest.mark.parametrize(
    ("kind", "entered", "code"),
    [
        ("text", "x" * 501, "too_long"),
        ("text", "two\nlines", "unprintable"),
        ("text", "half \ud800 of a pair", "unprintable"),
        ("text", "nul\x00", "unprintable"),
        ("number", "1,5", "not_a_number"),
        ("number", "1e5", "not_a_number"),
        ("number", "NaN", "not_a_number"),
        ("number", "-", "not_a_number"),
        ("number", ".", "not_a_number"),
        ("number", "٣", "not_a_number"),
        ("number", "9" * 31, "too_many_digits"),
        ("date", "2026-02-30", "not_a_date"),
        ("date", "20261125", "not_a_date"),
        ("date", "0000-01-01", "not_a_date"),
        ("date", "25.11.2026", "not_a_date"),
        ("choice", "c", "not_a_choice"),
        ("choice", "A", "not_a_choice"),
    ],
)
def test_what_a_field_does_not_take_is_refused_with_a_reason(
    kind: FieldKind, entered: str, code: str
) -> None:
    with pytest.raises(ValueRefused) as refused:
        canonical(kind, ["a", "b"], entered)
    assert refused.value.code == code
    assert refused.value.detail.to("en")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=9))
def test_a_number_keeps_its_worth_and_its_form(number: Decimal) -> None:
    kept = canonical("number", [], f"{number:f}")
    assert kept is not None
    assert Decimal(kept) == number
    assert canonical("number", [], kept) == kept
