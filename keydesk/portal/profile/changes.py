"""What a submitted account form changes."""

from collections.abc import Mapping
from typing import Any

FIELDS = (
    "first_name",
    "last_name",
    "company_name",
    "customer_type",
    "phone_number",
    "phone_extension",
    "street_address",
    "country",
    "city",
    "state",
    "postal_code",
    "language",
)


def changes(account: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """The body of ``PATCH /api/v1/me``: only what differs from ``account``, so nothing else is touched."""
    changed: dict[str, Any] = {}
    for name in FIELDS:
        entered = typed.get(name, "").strip()
        if name in typed and entered != (account.get(name) or ""):
            changed[name] = entered
    for name in ("email", "additional_email"):
        entered = typed.get(name, "").strip()
        if name in typed and entered != (account.get(name) or ""):
            changed[name] = entered or None
            if entered:
                changed[f"{name}_repeated"] = typed.get(f"{name}_repeated", "").strip()
    return changed


def keeping_email(account: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``PATCH /api/v1/me`` that withdraws a change of the email address: it stays as it is."""
    return {"email": account["email"], "email_repeated": account["email"]}


def notice_of(changed: Mapping[str, Any]) -> str:
    """The code of what to say once ``changed`` is saved (`keydesk.portal.notices`)."""
    if changed.get("email"):
        return "email-pending"
    if changed.get("additional_email"):
        return "additional-email-pending"
    return "saved"
