"""Which passwords may be chosen (NIST SP 800-63B-4, 3.1.1): long enough, and not among the first guesses.

There is no rule about kinds of characters. What is refused is what an attacker tries first: common
passwords and easy variants of them, walks and repetitions, and words about the person. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError

MIN_LENGTH = 8
MAX_LENGTH = 128
"""Characters (Unicode code points, NFKC)."""

_SERVICE_WORDS = ("keydesk", "license", "licensing", "portal")
_SEQUENCES = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
_REPLACED = str.maketrans("013457@$!|€", "oieastasile")
"""The usual replacements of letters, undone."""
_LONGEST_REPEATED = 12
_ENOUGH_DIGITS = 16
_LEAST_OF_ITS_OWN = 4
"""Letters that have to be left once digits, punctuation and words about the person are taken out."""


def check_password(
    password: str, repeated: str, *, about: Iterable[str], field: str = "password"
) -> list[FieldError]:
    """What is wrong with a new password; ``about`` are the person's names, company, addresses."""
    normal = unicodedata.normalize("NFKC", password)
    if len(normal) < MIN_LENGTH:
        short = Text(N_("A password needs at least %(least)s characters."), {"least": MIN_LENGTH})
        return [FieldError(f"/{field}", "password_short", short)]
    if len(normal) > MAX_LENGTH:
        long = Text(N_("A password can have at most %(most)s characters."), {"most": MAX_LENGTH})
        return [FieldError(f"/{field}", "password_long", long)]
    if is_guessable(normal, about):
        common = Text(N_("This password is among the first that somebody would guess. Choose another one."))
        return [FieldError(f"/{field}", "password_common", common)]
    if repeated != password:
        differs = Text(N_("The two passwords differ. Enter the same one twice."))
        return [FieldError(f"/{field}_repeated", "password_differs", differs)]
    return []


def is_guessable(password: str, about: Iterable[str]) -> bool:
    """Whether ``password`` is common, a walk over the keyboard, a repetition, or made of ``about``."""
    folded = password.casefold()
    if _repeats(folded) or _walks(folded) or (folded.isdigit() and len(folded) < _ENOUGH_DIGITS):
        return True
    personal = {word for text in about for word in _words(text)} | set(_SERVICE_WORDS)
    return any(_is_weak_core(core, personal) for core in _cores(folded))


def _cores(folded: str) -> set[str]:
    """The password without its decoration, with and without replacements undone."""
    ends = r"^[\W\d_]+|[\W\d_]+$"
    return {
        re.sub(r"[\W\d_]", "", folded),
        re.sub(r"[\W\d_]", "", folded.translate(_REPLACED)),
        re.sub(r"[\W\d_]", "", re.sub(ends, "", folded).translate(_REPLACED)),
    }


def _is_weak_core(core: str, personal: set[str]) -> bool:
    own = core
    for word in sorted(personal, key=len, reverse=True):
        own = own.replace(word, "")
    return own in _common_words() or (own != core and len(own) < _LEAST_OF_ITS_OWN)


def _repeats(folded: str) -> bool:
    """Whether it is a few characters over and over."""
    length = len(folded)
    return any(
        folded == (folded[:size] * length)[:length]
        for size in range(1, _LONGEST_REPEATED + 1)
        if 2 * size <= length
    )


def _walks(folded: str) -> bool:
    """Whether it is a stretch of the alphabet, the digits or the keyboard, forwards or backwards."""
    return any(folded in sequence * 2 or folded in sequence[::-1] * 2 for sequence in _SEQUENCES)


def _words(text: str) -> Iterable[str]:
    """The words of a name, an address or a company's name that are long enough to mean something."""
    return (word for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) >= _LEAST_OF_ITS_OWN)


@cache
def _common_words() -> frozenset[str]:
    lines = (Path(__file__).parent / "common.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
