"""License keys: ``7ZQ4M-0VXKD-…``, five groups of five Crockford base32 symbols, two of which check.

23 symbols come from a cryptographic source (115 bits). The last two are the check symbols of a
Reed-Solomon code over GF(32): ``sum(c[i]) = 0`` and ``sum(c[i] * a**i) = 0``, ``a`` being a generator of
the field. Its distance is three, so no two keys differ in fewer than three symbols: every wrong symbol,
every two wrong symbols, and so every two that changed places are told apart from a key.

Pure: no storage, no settings. Keeping keys secret is `key_vault`'s.
"""

import re
import secrets
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U."""
SYMBOLS = 25
GROUP = 5
RANDOM_SYMBOLS = 23
_RANDOM_BYTES = 15
"""120 bits, of which 115 are used."""
_RANDOM_MASK = (1 << 115) - 1

_FIELD = 32
_MODULUS = 0b100101
"""x^5 + x^2 + 1, primitive over GF(2), so that ``x`` generates the field."""

_SEPARATORS = re.compile(r"[\s\u2010-\u2015-]+")
"""Spaces, and the hyphens and dashes that word processors make of ours."""
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


class LicenseKeyMistyped(ValueError):
    """Not a license key: of another length, with a symbol that no key has, or its check symbols differ."""


def _times(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & _FIELD:
            left ^= _MODULUS
        right >>= 1
    return product


def _generator_powers() -> list[int]:
    powers = [1]
    while len(powers) < SYMBOLS:
        powers.append(_times(powers[-1], 0b10))
    return powers


_POWERS = _generator_powers()
_WEIGHTED = [[_times(value, power) for value in range(_FIELD)] for power in _POWERS]
"""``_WEIGHTED[i][c]`` is ``c * a**i``."""
_SUM_OF_LAST_POWERS = _POWERS[23] ^ _POWERS[24]
_DIVIDED = [
    next(quotient for quotient in range(_FIELD) if _times(quotient, _SUM_OF_LAST_POWERS) == value)
    for value in range(_FIELD)
]
"""``_DIVIDED[v]`` is ``v / (a**23 + a**24)``."""

_PAIRS = [ALPHABET[pair & 31] + ALPHABET[pair >> 5] for pair in range(1024)]
_BY_PAIRS = [
    (
        _PAIRS,
        [
            ((pair & 31) ^ (pair >> 5)) << 5 | _WEIGHTED[place][pair & 31] ^ _WEIGHTED[place + 1][pair >> 5]
            for pair in range(1024)
        ],
    )
    for place in range(0, SYMBOLS - 1, 2)
]
"""For every two places, and every two symbols there: how they print, and what they add to both sums.

Keys are made by the thousand: ten bits at a time take half as long as five.
"""


def new_license_key(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A fresh license key, as it is printed."""
    bits = int.from_bytes(random_bytes(_RANDOM_BYTES)) & _RANDOM_MASK
    syndromes = 0
    symbols = []
    for pairs, contributions in _BY_PAIRS:
        pair = bits & 1023
        bits >>= 10
        symbols.append(pairs[pair])
        syndromes ^= contributions[pair]
    plain, weighted = syndromes >> 5, syndromes & 31
    last = _DIVIDED[weighted ^ _WEIGHTED[23][plain]]
    key = "".join(symbols)[:RANDOM_SYMBOLS] + ALPHABET[plain ^ last] + ALPHABET[last]
    return "-".join((key[:5], key[5:10], key[10:15], key[15:20], key[20:]))


def check_symbols(values: list[int]) -> list[int]:
    """The two symbols that make a codeword of 23 (all as numbers from 0 to 31)."""
    plain, weighted = _syndromes(values)
    last = _DIVIDED[weighted ^ _WEIGHTED[23][plain]]
    return [plain ^ last, last]


def format_license_key(values: list[int]) -> str:
    """25 numbers from 0 to 31 as a key is printed."""
    symbols = "".join([ALPHABET[value] for value in values])
    return "-".join([symbols[start : start + GROUP] for start in range(0, SYMBOLS, GROUP)])


def parse_license_key(typed: str) -> str:
    """The key that somebody typed, as it is printed. Forgives case, spaces, hyphens, and O, I, L for 0, 1, 1.

    Raises `LicenseKeyMistyped` where it cannot be a key.
    """
    symbols = _SEPARATORS.sub("", typed).upper()
    if len(symbols) != SYMBOLS:
        raise LicenseKeyMistyped(f"a license key has {SYMBOLS} symbols, this has {len(symbols)}")
    try:
        values = [_VALUES[symbol] for symbol in symbols]
    except KeyError as unknown:
        raise LicenseKeyMistyped(f"no license key contains {unknown}") from None
    if _syndromes(values) != (0, 0):
        raise LicenseKeyMistyped("one or more symbols are wrong or changed places")
    return format_license_key(values)


def _syndromes(values: list[int]) -> tuple[int, int]:
    plain = weighted = 0
    for place, value in enumerate(values):
        plain ^= value
        weighted ^= _WEIGHTED[place][value]
    return plain, weighted
