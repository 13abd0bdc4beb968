"""Countries as a form shows them: names and labels in the reader's language."""

from functools import lru_cache

from pydantic import BaseModel

from keydesk.chassis.countries import CODES, CountryRules, rules_of
from keydesk.chassis.i18n import LANGUAGES, N_, Text, locale_of

_STATE_LABELS = {
    "area": N_("Area"),
    "county": N_("County"),
    "department": N_("Department"),
    "district": N_("District"),
    "do_si": N_("Province or city"),
    "emirate": N_("Emirate"),
    "island": N_("Island"),
    "oblast": N_("Oblast"),
    "parish": N_("Parish"),
    "prefecture": N_("Prefecture"),
    "province": N_("Province"),
    "state": N_("State"),
}
_POSTAL_CODE_LABELS = {
    "eircode": N_("Eircode"),
    "pin": N_("PIN code"),
    "postal": N_("Postal code"),
    "zip": N_("ZIP code"),
}


class StateName(BaseModel):
    """A state, province, prefecture …"""

    code: str
    name: str


class Country(BaseModel):
    """A country and what an address there needs."""

    code: str
    """ISO 3166-1 alpha-2."""
    name: str
    states: list[StateName]
    state_required: bool
    state_label: str
    city_required: bool
    postal_code_required: bool
    postal_code_label: str
    postal_code_example: str


class Countries(BaseModel):
    """Every country, by name."""

    items: list[Country]


@lru_cache(maxsize=len(LANGUAGES))
def countries_in(language: str) -> Countries:
    """Every country with names in ``language``, in the order of their names."""
    names = locale_of(language).territories
    countries = [
        _country(rules, names.get(code, code), language)
        for code in CODES
        if (rules := rules_of(code)) is not None
    ]
    return Countries(items=sorted(countries, key=lambda country: country.name))


def _country(rules: CountryRules, name: str, language: str) -> Country:
    return Country(
        code=rules.code,
        name=name,
        states=[StateName(code=state.code, name=state.name_in(language)) for state in rules.states],
        state_required=rules.state_required,
        state_label=Text(_STATE_LABELS[rules.state_type]).to(language),
        city_required=rules.city_required,
        postal_code_required=rules.postal_code_required,
        postal_code_label=Text(_POSTAL_CODE_LABELS[rules.postal_code_type]).to(language),
        postal_code_example=rules.postal_code_example,
    )
