"""How passwords are kept: argon2id hashes (RFC 9106), made anew when the parameters are raised.

OWASP's parameters for bounded memory: each of a process's request threads may be hashing at once.
"""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """An argon2id hash with a salt of its own, about 40 ms of work."""
    return _HASHER.hash(_normalised(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is the one that ``password_hash`` was made of.

    For None (no such account) it is False, after as much work as any other.
    """
    try:
        _HASHER.verify(password_hash or _dummy_hash(), _normalised(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _normalised(password: str) -> bytes:
    """NIST SP 800-63B-4, 3.1.1.2: the same characters however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password).encode()


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(b"nobody's password")
