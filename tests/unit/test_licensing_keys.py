"""License keys: their form, and the mistakes that their check symbols catch."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.services.licensing.issuance.keys import (
    ALPHABET,
    SYMBOLS,
    LicenseKeyMistyped,
    check_symbols,
    format_license_key,
    new_license_key,
    parse_license_key,
)

codewords = st.lists(st.integers(0, 31), min_size=23, max_size=23).map(
    lambda values: values + check_symbols(values)
)
VALUES = [ALPHABET.index(symbol) for symbol in new_license_key(lambda n: bytes(range(n))).replace("-", "")]


def is_a_key(values: list[int]) -> bool:
    try:
        parse_license_key(format_license_key(values))
    except LicenseKeyMistyped:
        return False
    return True


def test_a_key_is_five_groups_of_five_symbols() -> None:
    groups = new_license_key().split("-")
    assert [len(group) for group in groups] == [5] * 5
    assert set("".join(groups)) <= set(ALPHABET)


def test_a_key_uses_115_random_bits() -> None:
    none, all_set = new_license_key(lambda n: b"\x00" * n), new_license_key(lambda n: b"\xff" * n)
    assert none.replace("-", "")[:23] == "0" * 23
    assert all_set.replace("-", "")[:23] == "Z" * 23


@pytest.mark.parametrize("place", range(SYMBOLS))
def test_every_wrong_symbol_is_caught(place: int) -> None:
    for wrong in set(range(32)) - {VALUES[place]}:
        assert not is_a_key([*VALUES[:place], wrong, *VALUES[place + 1 :]])


def test_every_two_wrong_symbols_are_caught() -> None:
    """The code is linear: two errors go unnoticed only if they are themselves a codeword."""
    for first, second in itertools.combinations(range(SYMBOLS), 2):
        for left, right in itertools.product(range(1, 32), repeat=2):
            errors = [0] * SYMBOLS
            errors[first], errors[second] = left, right
            assert check_symbols(errors[:23]) != errors[23:], (first, second, left, right)


@given(codewords, st.integers(0, SYMBOLS - 1), st.integers(0, SYMBOLS - 1))
def test_every_swap_of_different_symbols_is_caught(values: list[int], one: int, other: int) -> None:
    swapped = list(values)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert is_a_key(swapped) == (values[one] == values[other])


@given(codewords, st.sampled_from(["", "-", " ", " - "]))
def test_a_key_is_read_however_it_is_typed(values: list[int], separator: str) -> None:
    printed = format_license_key(values)
    typed = printed.lower().replace("-", separator).replace("0", "O").replace("1", "l")
    assert parse_license_key(f" {typed} ") == printed


@pytest.mark.parametrize("typed", ["", "ABCDE", "U" * 25, "0" * 24, "0" * 26, "ÄBCDE" * 5, "0000\x00" * 5])
def test_what_cannot_be_a_key_is_refused(typed: str) -> None:
    with pytest.raises(LicenseKeyMistyped):
        parse_license_key(typed)
