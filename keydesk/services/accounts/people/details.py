"""Who a person is and where: the fields of the guide's form, checked together. Pure.

An empty field is told by the same rules as a wrong one, so that a person sees everything at once.
"""

from dataclasses import dataclass, replace
from typing import Literal

from keydesk.chassis.countries import CountryRules, rules_of
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError
from keydesk.services.accounts.people.phone_numbers import MAX_EXTENSION, normal_phone

CustomerType = Literal[
    "end_user", "reseller", "distributor", "consultant", "system_integrator", "manufacturer"
]

NEEDED = N_("This is needed.")


@dataclass(frozen=True)
class Details:
    """The person's details; after `checked` they are as they are kept."""

    customer_type: str
    first_name: str
    last_name: str
    company_name: str
    phone_number: str
    phone_extension: str
    street_address: str
    country: str
    city: str
    state: str
    postal_code: str


def checked(details: Details) -> tuple[Details, list[FieldError]]:
    """The details as they are kept, and everything that is wrong with them."""
    errors = [
        _needed(field)
        for field in ("customer_type", "first_name", "last_name", "company_name", "phone_number",
                      "street_address", "country")
        if not getattr(details, field)
    ]  # fmt: skip
    street_address = details.street_address.replace("\r\n", "\n").replace("\r", "\n")
    details = replace(details, country=details.country.upper(), street_address=street_address)
    details, phone_errors = _with_phone(details)
    details, address_errors = _with_address(details)
    return details, [*errors, *phone_errors, *address_errors]


def _with_phone(details: Details) -> tuple[Details, list[FieldError]]:
    extension = details.phone_extension
    if extension and not (extension.isascii() and extension.isdigit() and len(extension) <= MAX_EXTENSION):
        wrong = Text(N_("An extension has only digits, at most %(most)s."), {"most": MAX_EXTENSION})
        return details, [FieldError("/phone_extension", "phone_extension_malformed", wrong)]
    if not details.phone_number:
        return details, []
    found = normal_phone(details.phone_number, extension, details.country)
    if found is None:
        wrong = Text(N_("This is no phone number of that country. Begin with + and the country's code."))
        return details, [FieldError("/phone_number", "phone_number_malformed", wrong)]
    return replace(details, phone_number=found[0], phone_extension=found[1]), []


def _with_address(details: Details) -> tuple[Details, list[FieldError]]:
    if not details.country:
        return details, []
    rules = rules_of(details.country)
    if rules is None:
        wrong = Text(N_("We do not know this country. Choose one of the list."))
        return details, [FieldError("/country", "country_unknown", wrong)]
    errors = [_needed("city")] if rules.city_required and not details.city else []
    state = rules.state_called(details.state)
    if state is not None:
        details = replace(details, state=state.code)
    elif rules.state_required and not details.state:
        errors.append(_needed("state"))
    elif rules.state_required and rules.states:
        wrong = Text(N_("We do not know this state or province. Choose one of the list."))
        errors.append(FieldError("/state", "state_unknown", wrong))
    details = replace(details, postal_code=details.postal_code.upper())
    return details, [*errors, *_postal_code_errors(details, rules)]


def _postal_code_errors(details: Details, rules: CountryRules) -> list[FieldError]:
    if not details.postal_code:
        return [_needed("postal_code")] if rules.postal_code_required else []
    state = rules.state_called(details.state)
    if rules.accepts_postal_code(details.postal_code, state):
        return []
    if state is not None and rules.accepts_postal_code(details.postal_code, None):
        elsewhere = Text(N_("This postal code does not belong to the state or province that you chose."))
        return [FieldError("/postal_code", "postal_code_elsewhere", elsewhere)]
    wrong = Text(
        N_("This is not how postal codes of that country look. Here is one: %(example)s"),
        {"example": rules.postal_code_example},
    )
    return [FieldError("/postal_code", "postal_code_malformed", wrong)]


def _needed(field: str) -> FieldError:
    return FieldError(f"/{field}", "needed", Text(NEEDED))
