"""For each operation of the API, a request that succeeds when its owner makes it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Client

from keydesk.chassis.ids import new_id
from keydesk.deploy.embedded.tour import PASSWORD
from tests.e2e.house import A_FILE, SKU, House
from tests.factories.accounts import a_form
from tests.factories.imports import products

UNKNOWN_EMAIL = "eml_00000000000000000000000000"
UNKNOWN_LINK = {"token": "evf_00000000000000000000000000.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"}


@dataclass(frozen=True)
class Call:
    """What is sent, but for the method and the path's template."""

    path: dict[str, str] = field(default_factory=dict)
    send: dict[str, Any] = field(default_factory=dict)

    def outcome(self, client: Client, method: str, template: str) -> tuple[int, str | None]:
        """The status of the answer, and the code of its problem."""
        url = template.format_map(self.path)
        with client.stream(method, url, **self.send) as answer:
            if answer.is_success:
                return answer.status_code, None
            answer.read()
            return answer.status_code, answer.json()["code"]


def call_for(operation: str, house: House) -> Call:
    """A request for ``METHOD /path``, with objects of its own where it changes or ends them."""
    make = _CALLS.get(operation)
    return make(house) if make else Call(_standing(house))


def _standing(house: House) -> dict[str, str]:
    return {
        "registration_id": house.registration_id,
        "license_id": house.license_id,
        "import_id": house.import_id,
        "sku": SKU,
    }


def _json(body: Any) -> Callable[[House], Call]:
    return lambda _house: Call(send={"json": body})


def _draft(**send: Any) -> Callable[[House], Call]:
    return lambda house: Call({"registration_id": house.draft()}, send)


def _line(house: House) -> Call:
    draft = house.draft()
    return Call({"registration_id": draft, "item_id": house.line_of(draft)})


def _request(**send: Any) -> Callable[[House], Call]:
    return lambda house: Call({"request_id": house.request_id()}, send)


def _attachment(house: House) -> Call:
    request_id, attachment_id = house.attachment()
    return Call({"request_id": request_id, "attachment_id": attachment_id})


def _csv(content: bytes) -> dict[str, Any]:
    headers = {"Content-Type": "text/csv"}
    return {"params": {"kind": "products", "dry_run": "true"}, "content": content, "headers": headers}


def _share(**send: Any) -> Callable[[House], Call]:
    return lambda house: Call({"share_id": house.share_id()}, send)


def _new_share(house: House) -> Call:
    wanted = {"login_id": "carla", "license_ids": [house.spare_license_id()], "level": "view"}
    return Call(send={"json": wanted})


_STRANGERS = itertools.count()
_SEARCHES = itertools.count()
_VIEWS = itertools.count()
_FIELDS = itertools.count()


def _stranger() -> str:
    """An address that nobody has; each gets so many emails an hour and no more."""
    return f"stranger-{next(_STRANGERS)}@nowhere.example"


def _form(**fields: Any) -> dict[str, Any]:
    return {**a_form(email=_stranger(), language="en"), **fields}


def _about_a_stranger(field: str) -> Callable[[House], Call]:
    return lambda _house: Call(send={"json": {field: _stranger()}})


def _field(**send: Any) -> Callable[[House], Call]:
    return lambda house: Call({"field_id": house.field_id()}, send)


_NEW_PASSWORD = "quiet-lantern-5071"

_CALLS: dict[str, Callable[[House], Call]] = {
    "POST /api/v1/sessions": _json({"login_id": "anna", "password": PASSWORD}),
    "POST /api/v1/sessions/current/view": lambda _house: Call(
        send={"json": {"account_id": new_id("acc"), "reason": "Called us."}}
    ),
    "POST /api/v1/accounts/checks": lambda _house: Call(send={"json": _form()}),
    "POST /api/v1/accounts": lambda house: Call(
        send={"json": _form(agreement={"version": house.agreement, "accepted": True})}
    ),
    "POST /api/v1/account-lookups": _about_a_stranger("email"),
    "POST /api/v1/email-verifications": _json(UNKNOWN_LINK),
    "POST /api/v1/email-verifications/requests": _about_a_stranger("email"),
    "POST /api/v1/password-resets": _about_a_stranger("login_id"),
    "POST /api/v1/password-resets/complete": _json(
        {**UNKNOWN_LINK, "password": _NEW_PASSWORD, "password_repeated": _NEW_PASSWORD}
    ),
    "PATCH /api/v1/me": _json({"phone_extension": ""}),
    "PUT /api/v1/me/agreement": lambda house: Call(send={"json": {"version": house.agreement}}),
    "PUT /api/v1/me/password": _json(
        {"current_password": "forgotten", "password": _NEW_PASSWORD, "password_repeated": _NEW_PASSWORD}
    ),
    "POST /api/v1/me/tokens": _json({"name": "Another", "scopes": ["account:write"]}),
    "DELETE /api/v1/me/tokens/{token_id}": lambda house: Call({"token_id": house.token_id()}),
    "GET /api/v1/staff/accounts/{account_id}": lambda _house: Call({"account_id": new_id("acc")}),
    "POST /api/v1/staff/accounts/{account_id}/unlock": lambda _house: Call(
        {"account_id": new_id("acc")}, {"json": {"reason": "Called us."}}
    ),
    "POST /api/v1/imports": lambda _house: Call(send=_csv(products())),
    "POST /api/v1/registrations": lambda house: Call(send={"json": {"serial_numbers": [house.serial(0)]}}),
    "DELETE /api/v1/registrations/{registration_id}": _draft(),
    "POST /api/v1/registrations/{registration_id}/items": _draft(json={"serial_numbers": ["A0123456789"]}),
    "DELETE /api/v1/registrations/{registration_id}/items": _draft(params={"state": "refused"}),
    "DELETE /api/v1/registrations/{registration_id}/items/{item_id}": _line,
    "POST /api/v1/registrations/{registration_id}/items/{item_id}/separate": _line,
    "PUT /api/v1/registrations/{registration_id}/information": _draft(json={"by_product": {SKU: {}}}),
    "POST /api/v1/registrations/{registration_id}/complete": _draft(),
    "PUT /api/v1/catalog/licenses/{license_id}/fields": lambda house: Call(
        _standing(house), {"json": {"values": {}}, "headers": {"If-Match": "*"}}
    ),
    "POST /api/v1/catalog/licenses/{license_id}/comments": lambda house: Call(
        _standing(house), {"json": {"content": "Tried by everybody."}}
    ),
    "GET /api/v1/catalog/addresses/{address_id}": lambda _house: Call({"address_id": new_id("adr")}),
    "POST /api/v1/catalog/licenses/{license_id}/move": lambda house: Call(
        _standing(house), {"json": {"address_id": new_id("adr")}}
    ),
    "POST /api/v1/catalog/address-requests": _json(
        {"address_1": "1 Broadway", "customer_number": "nobody's", "terms_accepted": True}
    ),
    "POST /api/v1/catalog/saved-searches": lambda _house: Call(
        send={"json": {"name": f"Search {next(_SEARCHES)}", "criteria": {"query": "tidal"}}}
    ),
    "DELETE /api/v1/catalog/saved-searches/{search_id}": lambda house: Call({"search_id": house.search_id()}),
    "PUT /api/v1/catalog/columns": _json({"columns": ["serial_number", "product", "status"]}),
    "POST /api/v1/catalog/exports": _json({"format": "csv", "criteria": {"query": "none"}}),
    "GET /api/v1/catalog/exports/{export_id}": lambda house: Call({"export_id": house.export_id()}),
    "GET /api/v1/catalog/exports/{export_id}/file": lambda house: Call({"export_id": house.export_id()}),
    "POST /api/v1/fields": lambda _house: Call(send={"json": {"name": f"Field {next(_FIELDS)}"}}),
    "PATCH /api/v1/fields/{field_id}": _field(json={"in_list": True}),
    "GET /api/v1/fields/{field_id}/deletion": _field(),
    "DELETE /api/v1/fields/{field_id}": _field(),
    "GET /api/v1/shares/recipients": lambda _house: Call(send={"params": {"login_id": "carla"}}),
    "POST /api/v1/shares": _new_share,
    "GET /api/v1/shares/{share_id}": _share(),
    "PATCH /api/v1/shares/{share_id}": _share(json={"level": "full"}),
    "DELETE /api/v1/shares/{share_id}": _share(),
    "PUT /api/v1/shares/received/{share_id}/hidden": _share(json={"hidden": True}),
    "POST /api/v1/requests": _json({"kind": "general", "title": "A question", "description": "Which?"}),
    "GET /api/v1/requests/{request_id}": _request(),
    "POST /api/v1/requests/{request_id}/withdraw": _request(),
    "GET /api/v1/requests/{request_id}/messages": _request(),
    "POST /api/v1/requests/{request_id}/messages": _request(json={"content": "Thank you."}),
    "POST /api/v1/support/requests/views": lambda _house: Call(
        send={"json": {"name": f"View {next(_VIEWS)}", "narrowing": {"kind": "general"}}}
    ),
    "DELETE /api/v1/support/requests/views/{view_id}": lambda _house: Call({"view_id": new_id("view")}),
    "POST /api/v1/support/requests/bulk-approvals": lambda house: Call(
        send={"json": {"request_ids": [house.request_id()]}}
    ),
    "POST /api/v1/requests/{request_id}/attachments": _request(**A_FILE),
    "GET /api/v1/requests/{request_id}/attachments/{attachment_id}": _attachment,
    "GET /api/v1/support/requests/{request_id}": _request(),
    "POST /api/v1/support/requests/{request_id}/take": _request(),
    "POST /api/v1/support/requests/{request_id}/return": _request(),
    "POST /api/v1/support/requests/{request_id}/hand-over": _request(json={"login_id": "support"}),
    "POST /api/v1/support/requests/{request_id}/approve": _request(json={"note": "Fine."}),
    "POST /api/v1/support/requests/{request_id}/reject": _request(json={"reason": "No."}),
    "POST /api/v1/support/requests/{request_id}/messages": _request(json={"content": "Which office?"}),
    "POST /api/v1/support/requests/{request_id}/attachments": _request(**A_FILE),
    "GET /api/v1/support/requests/{request_id}/attachments/{attachment_id}": _attachment,
    "POST /api/v1/support/emails/{email_id}/resend": lambda _house: Call({"email_id": UNKNOWN_EMAIL}),
    "POST /api/v1/customer-numbers": lambda house: Call(send={"json": house.order()}),
    "DELETE /api/v1/customer-numbers/{customer_number}": lambda house: Call(
        {"customer_number": house.customer_number()}
    ),
    "POST /api/v1/catalog/additions": lambda house: Call(
        send={"json": {"serial_numbers": [house.serial(0)]}}
    ),
    "DELETE /api/v1/catalog/additions/{license_id}": lambda house: Call({"license_id": house.addition_id()}),
}
