"""What an email needs that is never stored here: links that open something, and license keys.

Fetched from the room that owns them when the email is sent, and forgotten with it.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from keydesk.chassis.http.client import PeerRefused, RoomClient, client_of
from keydesk.services.notifications.delivery.smtp import Undeliverable

accounts = client_of("accounts")
"""The resource by which links are asked for."""

licensing = client_of("licensing")
"""The resource by which the license keys of a registration are asked for."""


class Link(BaseModel):
    """What accounts' ``GET /internal/links/{kind}/{id}`` answers."""

    url: str


class IssuedLicense(BaseModel):
    """One license of a confirmation."""

    serial_number: str
    product_name: str
    product_version: str
    quantity: int
    license_key: str
    file_name: str | None = None


class Confirmation(BaseModel):
    """What licensing's ``GET /internal/registrations/{id}/confirmation`` answers."""

    registration_id: str
    completed_at: datetime
    items: list[IssuedLicense]
    total: int


def secrets_of(
    kind: str, params: dict[str, Any], *, accounts: RoomClient, licensing: RoomClient
) -> dict[str, Any]:
    """What the template of ``kind`` needs beyond its stored ``params``.

    Raises `Undeliverable` where it is gone (a used or expired link), `Unavailable` where a room is away.
    """
    try:
        if kind == "verification":
            path = f"/internal/links/email_verification/{params['verification_id']}"
            return {"link": accounts.call("GET", path, Link).url}
        if kind == "password_reset":
            path = f"/internal/links/password_reset/{params['reset_id']}"
            return {"link": accounts.call("GET", path, Link).url}
        if kind == "registration_confirmation":
            path = f"/internal/registrations/{params['registration_id']}/confirmation"
            return {"confirmation": licensing.call("GET", path, Confirmation)}
    except PeerRefused as refusal:
        if refusal.status in {404, 410}:
            raise Undeliverable(f"{_gone(kind)}: {refusal}") from None
        raise
    return {}


def _gone(kind: str) -> str:
    if kind == "registration_confirmation":
        return "The registration that it tells of is gone"
    return "The link in it was used or has run out"
