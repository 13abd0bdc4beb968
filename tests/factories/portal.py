"""What the services tell the portal, made up: shapes of the API."""

from collections.abc import Sequence
from typing import Any


def an_account(**fields: Any) -> dict[str, Any]:
    """My account, as ``GET /api/v1/me`` tells of it."""
    return {
        "id": "acc_01h455vb4pex5vsknk084sn02q",
        "login_id": "anna",
        "email": "anna@lindqvist.example",
        "email_verified": True,
        "pending_email": None,
        "additional_email": None,
        "additional_email_confirmed": False,
        "customer_type": "end_user",
        "first_name": "Anna",
        "last_name": "Lindqvist",
        "company_name": "Lindqvist Instruments",
        "phone_number": "+46812345678",
        "phone_extension": "",
        "street_address": "Sveavägen 12",
        "country": "SE",
        "city": "Stockholm",
        "state": "",
        "postal_code": "111 57",
        "language": "en",
        "roles": ["customer"],
        "agreement": {"version": "2026-01", "accepted_at": "2026-02-01T08:00:00Z"},
        "agreed": True,
        "created_at": "2026-02-01T08:00:00Z",
    } | fields


def an_agreement(**fields: Any) -> dict[str, Any]:
    """The user agreement in force."""
    return {
        "version": "2026-01",
        "language": "en",
        "title": "User agreement",
        "intro": "Please read this.",
        "sections": [{"heading": "Your account", "text": "Keep it safe.\n\nTell nobody its password."}],
        "published_on": "2026-01-15",
    } | fields


def some_countries() -> dict[str, Any]:
    """A country with states, and one without."""
    common = {
        "state_required": False,
        "state_label": "Province",
        "city_required": True,
        "postal_code_required": True,
        "postal_code_label": "Postal code",
    }
    states = [{"code": "CA", "name": "California"}, {"code": "NY", "name": "New York"}]
    return {
        "items": [
            {**common, "code": "SE", "name": "Sweden", "states": [], "postal_code_example": "112 33"},
            {
                **common,
                "code": "US",
                "name": "United States",
                "states": states,
                "state_required": True,
                "state_label": "State",
                "postal_code_label": "ZIP code",
                "postal_code_example": "95014",
            },
        ]
    }


def a_sign_up_form(**fields: str) -> dict[str, str]:
    """What a person types into the sign-up form."""
    return {
        "email": "anna@lindqvist.example",
        "email_repeated": "anna@lindqvist.example",
        "additional_email": "",
        "additional_email_repeated": "",
        "login_id": "anna",
        "password": "  green harbour lamp  ",
        "password_repeated": "  green harbour lamp  ",
        "customer_type": "reseller",
        "first_name": "Åsa",
        "last_name": "Lindqvist",
        "company_name": "Lindqvist Instruments",
        "phone_number": "+46 8 123 456 78",
        "phone_extension": "",
        "street_address": "Sveavägen 12",
        "country": "US",
        "city": "Albany",
        "state": "NY",
        "postal_code": "12207",
    } | fields


def some_columns(*columns: str, fields: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The columns of the list of licenses: the usual ones, or those named."""
    usual = ("serial_number", "product", "order_number", "host_id", "quantity", "registered_at", "status")
    return {"columns": list(columns or usual), "chosen": bool(columns), "fields": list(fields)}
