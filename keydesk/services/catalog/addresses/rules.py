"""What an install-at address needs, when two are the same, and when they are alike. Pure."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Protocol

from keydesk.chassis.countries import CountryRules, State, rules_of
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError

ALIKE_FROM = 0.8
"""The share of letters in common from which two first lines of an address are alike."""

_NEEDED = Text(N_("This is needed."))
_COUNTRY_UNKNOWN = Text(N_("We do not know this country. Choose one of the list."))
_STATE_UNKNOWN = Text(N_("We do not know this state or province. Choose one of the list."))
_STATE_TWICE = Text(N_("Choose a state or province of the list, or write another one; not both."))
_POSTAL_CODE_ELSEWHERE = Text(N_("This postal code does not belong to the state or province that you chose."))
_POSTAL_CODE_LOOKS = N_("This is not how postal codes of that country look. Here is one: %(example)s")


class HasParts(Protocol):
    """Anything that holds the parts of an address."""

    address_1: str
    address_2: str
    address_3: str
    address_4: str
    city: str
    state: str
    other_state: str
    postal_code: str
    country: str


@dataclass(frozen=True)
class Parts:
    """An address; after `checked` as it is kept. ``state`` is a code of the country's rules."""

    address_1: str
    city: str
    postal_code: str
    country: str
    address_2: str = ""
    address_3: str = ""
    address_4: str = ""
    state: str = ""
    other_state: str = ""


NAMES = tuple(Parts.__dataclass_fields__)


def parts_of(address: HasParts | Parts | Mapping[str, Any]) -> Parts:
    """The parts of what holds them; what a mapping lacks is empty."""
    if isinstance(address, Mapping):
        return Parts(**{name: str(address.get(name) or "") for name in NAMES})
    return Parts(**{name: getattr(address, name) for name in NAMES})


def as_document(parts: Parts) -> dict[str, str]:
    """The parts as JSON that `parts_of` reads again."""
    return asdict(parts)


def checked(parts: Parts) -> tuple[Parts, list[FieldError]]:
    """The address as it is kept, and everything that is wrong with it by its country's rules."""
    parts = replace(parts, country=parts.country.upper())
    errors = [_needed(name) for name in ("address_1", "country") if not getattr(parts, name)]
    rules = rules_of(parts.country)
    if rules is None:
        if parts.country:
            errors.append(FieldError("/country", "country_unknown", _COUNTRY_UNKNOWN))
        return parts, errors
    if rules.city_required and not parts.city:
        errors.append(_needed("city"))
    state = _state_of(parts, rules)
    if state is not None:
        parts = replace(parts, state=state.code, other_state="" if parts.state == "" else parts.other_state)
    errors += _state_errors(parts, rules, state)
    parts = replace(parts, postal_code=parts.postal_code.upper())
    return parts, [*errors, *_postal_code_errors(parts, rules, state)]


def taken_in(told: Mapping[str, Any]) -> Parts | None:
    """An address that was typed into a registration, as it is kept; None where its country is unknown.

    Nobody can be asked any more, so that nothing else is refused: what the country does not know as a
    state is another one.
    """
    parts = parts_of(told)
    parts = replace(parts, country=parts.country.upper(), postal_code=parts.postal_code.upper())
    rules = rules_of(parts.country)
    if rules is None or not parts.address_1:
        return None
    state = rules.state_called(parts.state) if parts.state else None
    if state is not None:
        return replace(parts, state=state.code, other_state="")
    return replace(parts, state="", other_state=parts.state or parts.other_state)


def fingerprint_of(parts: Parts) -> str:
    """The same for every way to write an address: capitals, spaces and punctuation do not count."""
    written = [normal(getattr(parts, name)) for name in sorted(NAMES) if name != "postal_code"]
    return hashlib.sha256("\n".join([*written, postal_code_key(parts.postal_code)]).encode()).hexdigest()


def normal(text: str) -> str:
    """``text`` in small letters, word by word, without marks and punctuation."""
    plain = "".join(
        character if character.isalnum() else " "
        for character in unicodedata.normalize("NFKD", text).casefold()
        if not unicodedata.combining(character)
    )
    return " ".join(plain.split())


def postal_code_key(postal_code: str) -> str:
    """The same for every way to write a postal code."""
    return normal(postal_code).replace(" ", "")


def likeness(one: Parts, other: Parts) -> float:
    """From 0 to 1, how far two addresses with one postal code are the same: 1 only where they are."""
    if fingerprint_of(one) == fingerprint_of(other):
        return 1.0
    first, second = normal(one.address_1), normal(other.address_1)
    if first == second:
        return 0.99
    return min(SequenceMatcher(None, first, second, autojunk=False).ratio(), 0.98)


def in_one_line(address: HasParts | Parts | Mapping[str, Any]) -> str:
    """An address for people, in one line."""
    parts = parts_of(address)
    region = " ".join(filter(None, (parts.state or parts.other_state, parts.postal_code)))
    lines = (parts.address_1, parts.address_2, parts.address_3, parts.address_4, parts.city, region)
    return ", ".join(filter(None, (*lines, parts.country)))


def _state_of(parts: Parts, rules: CountryRules) -> State | None:
    """The state of the rules' list that was chosen, or written as another one."""
    typed = parts.state or parts.other_state
    return rules.state_called(typed) if typed else None


def _state_errors(parts: Parts, rules: CountryRules, state: State | None) -> Sequence[FieldError]:
    if parts.state and parts.other_state:
        return [FieldError("/other_state", "state_twice", _STATE_TWICE)]
    if state is not None:
        return []
    if parts.state:
        return [FieldError("/state", "state_unknown", _STATE_UNKNOWN)]
    if not rules.state_required:
        return []
    if parts.other_state and rules.states:
        return [FieldError("/other_state", "state_unknown", _STATE_UNKNOWN)]
    return [] if parts.other_state else [_needed("state")]


def _postal_code_errors(parts: Parts, rules: CountryRules, state: State | None) -> Sequence[FieldError]:
    if not parts.postal_code:
        return [_needed("postal_code")] if rules.postal_code_required else []
    if rules.accepts_postal_code(parts.postal_code, state):
        return []
    if state is not None and rules.accepts_postal_code(parts.postal_code, None):
        return [FieldError("/postal_code", "postal_code_elsewhere", _POSTAL_CODE_ELSEWHERE)]
    looks = Text(_POSTAL_CODE_LOOKS, {"example": rules.postal_code_example})
    return [FieldError("/postal_code", "postal_code_malformed", looks)]


def _needed(name: str) -> FieldError:
    return FieldError(f"/{name}", "needed", _NEEDED)
