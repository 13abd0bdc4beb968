"""What the sign-up form sends, as the API takes it."""

from collections.abc import Mapping
from typing import Any

TEXTS = (
    "email",
    "email_repeated",
    "additional_email",
    "additional_email_repeated",
    "login_id",
    "customer_type",
    "first_name",
    "last_name",
    "company_name",
    "phone_number",
    "phone_extension",
    "street_address",
    "country",
    "city",
    "state",
    "postal_code",
)
PASSWORDS = ("password", "password_repeated")


def entries(typed: Mapping[str, str]) -> dict[str, str]:
    """The form's fields and no others. A password is taken as it is, everything else without outer blanks."""
    return {name: typed.get(name, "").strip() for name in TEXTS} | {
        name: typed.get(name, "") for name in PASSWORDS
    }


def without_passwords(form: Mapping[str, str]) -> dict[str, str]:
    """The fields that a page may show again."""
    return {name: value for name, value in form.items() if name not in PASSWORDS}


def sign_up_body(form: Mapping[str, str], *, agreement_version: str, language: str) -> dict[str, Any]:
    """The body of ``POST /api/v1/accounts``."""
    return {**form, "language": language, "agreement": {"version": agreement_version, "accepted": True}}
