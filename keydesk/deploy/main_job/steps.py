"""The steps of the main job, in order. Each says what it does and tells what came back."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from keydesk.deploy.main_job.client import Mailbox, PublicApi, StepFailed, wait_until
from keydesk.services.licensing.issuance.license_reading import (
    LicenseRefused,
    VerifiedLicense,
    blocks_in,
    public_keys,
    verify,
)

_QUANTITY = re.compile(rb"^Quantity: +\d+", re.MULTILINE)
_TOKEN_IN_LINK = re.compile(r"/verify-email\?token=([\w.~-]+)")

GIVEN: dict[str, Any] = {
    "system_type": "Rack server",
    "technical_contact": {
        "name": "Dana Whitlock",
        "email": "dana@whitlock.example",
        "phone": "+1 617 555 0142",
    },
    "install_at": {
        "address_1": "1 Broadway",
        "address_2": "",
        "city": "Cambridge",
        "state": "MA",
        "postal_code": "02142",
        "country": "US",
    },
}
"""What Dana says about her machines, as far as the choice is hers."""


@dataclass(frozen=True)
class Step:
    """One step: what it does, and the doing, which tells what came back and raises `StepFailed`."""

    title: str
    run: Callable[[], str]


@dataclass
class MainJob:
    """Dana signs up and registers serial numbers. Steps build on each other; run each of them once."""

    api: PublicApi
    mailbox_url: str
    folder: Path
    """Where she keeps her license file."""
    serial_numbers: Sequence[str]
    _login: str = field(default_factory=lambda: f"dana-{secrets.token_hex(4)}")
    _password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    _registration: str = ""
    _keys: dict[str, str] = field(default_factory=dict)
    _file: bytes = b""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of it, in order."""
        return (
            Step("Sign up", self.sign_up),
            Step("Open the link in the verification email", self.verify_address),
            Step("Log in", self.log_in),
            Step("Start a registration with the serial numbers of an order", self.start_registration),
            Step("Say what the products ask for", self.give_information),
            Step("Complete it, and watch the queue issue the keys", self.complete),
            Step("Look at the license keys", self.look_at_keys),
            Step("Download the license file", self.download),
            Step("Verify the file offline", self.verify_file),
            Step("See that a changed file is refused", self.refuse_changed_file),
            Step("Read the confirmation email", self.read_confirmation),
            Step("Find the licenses in the catalog", self.find_in_catalog),
            Step("Log out", self.log_out),
        )

    @property
    def address(self) -> str:
        """Dana's email address, new in every run."""
        return f"{self._login}@whitlock.example"

    def sign_up(self) -> str:
        """All fields that the form has, and the current agreement."""
        agreement = self.api.get("/api/v1/agreements/current")
        form = {
            "email": self.address,
            "email_repeated": self.address,
            "login_id": self._login,
            "password": self._password,
            "password_repeated": self._password,
            "customer_type": "end_user",
            "first_name": "Dana",
            "last_name": "Whitlock",
            "company_name": "Whitlock Marine Surveys",
            "phone_number": "+1 617 555 0142",
            "street_address": "1 Broadway",
            "country": "US",
            "city": "Cambridge",
            "state": "MA",
            "postal_code": "02142",
            "agreement": {"version": agreement["version"], "accepted": True},
        }
        answer = self.api.call("POST", "/api/v1/accounts", 202, form).json()
        return f"agreement {agreement['version']} accepted; {answer['status']} to {answer['email']}"

    def verify_address(self) -> str:
        """The token out of the email, given back."""
        message = Mailbox(self.mailbox_url, self.address).wait_for(_has_link)
        token = _TOKEN_IN_LINK.findall(message["text"])[0]
        answer = self.api.call("POST", "/api/v1/email-verifications", 200, {"token": token}).json()
        return f"“{message['subject']}” read; {answer['email']} is verified"

    def log_in(self) -> str:
        """A session, kept as a cookie."""
        body = {"login_id": self._login, "password": self._password}
        session = self.api.call("POST", "/api/v1/sessions", 201, body).json()
        _hold(session["verified"] and session["agreed"], f"the session lacks something: {session}")
        return f"{session['name']}, roles {', '.join(session['roles'])}, until {session['expires_at']}"

    def start_registration(self) -> str:
        """A draft with a line for each serial number."""
        body = {"serial_numbers": list(self.serial_numbers)}
        registration = self.api.call("POST", "/api/v1/registrations", 201, body).json()
        self._registration = registration["id"]
        lines = self._items()
        refused = [line for line in lines if line["state"] == "refused"]
        _hold(len(lines) == len(self.serial_numbers) and not refused, f"not every line is accepted: {lines}")
        return "\n".join(
            f"{line['serial_number']}  {line['product']['name']}: {line['state']}" for line in lines
        )

    def give_information(self) -> str:
        """For each product what all its lines share, for each line what is its own."""
        products = self._of_registration()["products"]
        fields = {product["sku"]: product["fields"] for product in products}
        shared = {
            sku: {one["name"]: _given(one) for one in asked if not one["per_line"]}
            for sku, asked in fields.items()
        }
        own = {
            line["id"]: {
                one["name"]: _given(one) for one in fields[line["product"]["sku"]] if one["per_line"]
            }
            for line in self._items()
        }
        body = {"by_product": _without_empty(shared), "by_item": _without_empty(own)}
        path = f"/api/v1/registrations/{self._registration}/information"
        registration = self.api.call("PUT", path, 200, body).json()
        _hold(registration["ready"], f"the registration is not ready: {registration}")
        return "\n".join(
            f"{sku}: {', '.join(one['name'] for one in asked) or 'nothing'}" for sku, asked in fields.items()
        )

    def complete(self) -> str:
        """Accepted at once, done by the queue, told as it happens."""
        told = []
        with self.api.events() as events:
            accepted = self.api.call(
                "POST", f"/api/v1/registrations/{self._registration}/complete", 202
            ).json()
            told.append(f"accepted, {accepted['status']}")
            for name, data in events:
                if data.get("registration_id") == self._registration:
                    told.append(f"{name}: {data.get('done', data['total'])} of {data['total']}")
                    if name == "registration.completed":
                        break
        status = self._of_registration()["status"]
        _hold(status == "completed", f"the registration is {status}")
        return "\n".join(told)

    def look_at_keys(self) -> str:
        """Every line has become a license."""
        for line in self._items():
            _hold(line["license"] is not None, f"{line['serial_number']} has no license")
            self._keys[line["serial_number"]] = line["license"]["license_key"]
        return "\n".join(f"{serial_number}  {key}" for serial_number, key in self._keys.items())

    def download(self) -> str:
        """One file for the whole registration."""
        answer = self.api.call("GET", f"/api/v1/registrations/{self._registration}/file", 200)
        self._file = answer.content
        path = self.folder / "licenses.slf"
        path.write_bytes(self._file)
        return f"{len(self._file)} bytes, kept as {path}"

    def verify_file(self) -> str:
        """With the published keys and nothing else."""
        licenses = self._verified(self._file)
        told = [f"{one.claims['serial_number']}  {one.claims['product']['name']}" for one in licenses]
        return "\n".join([*told, f"signed by {licenses[0].kid}"])

    def refuse_changed_file(self) -> str:
        """A bigger quantity than was bought."""
        changed = _QUANTITY.sub(rb"\g<0>0", self._file, count=1)
        try:
            self._verified(changed)
        except LicenseRefused as refused:
            return f"{refused.reason}: {refused}"
        raise StepFailed("a changed license file was taken for a good one")

    def read_confirmation(self) -> str:
        """It holds every key."""
        wanted = self._keys.values()
        message = Mailbox(self.mailbox_url, self.address).wait_for(
            lambda message: all(key in message["text"] for key in wanted)
        )
        return f"“{message['subject']}”, with all {len(self._keys)} keys"

    def find_in_catalog(self) -> str:
        """The catalog learns of licenses by facts, a moment later."""
        wanted = set(self.serial_numbers)

        def find() -> list[dict[str, Any]] | None:
            items: list[dict[str, Any]] = self.api.get("/api/v1/catalog/licenses")["items"]
            return items if {item["serial_number"] for item in items} == wanted else None

        licenses = wait_until(find, "the licenses in the catalog")
        return "\n".join(
            f"{one['serial_number']}  {one['product']['name']}, {one['status']}, {one['access']}"
            for one in licenses
        )

    def log_out(self) -> str:
        """Afterwards the cookie opens nothing."""
        self.api.call("DELETE", "/api/v1/sessions/current", 204)
        self.api.call("GET", "/api/v1/sessions/current", 401)
        return "the session has ended"

    def _of_registration(self) -> dict[str, Any]:
        registration: dict[str, Any] = self.api.get(f"/api/v1/registrations/{self._registration}")
        return registration

    def _items(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.api.get(f"/api/v1/registrations/{self._registration}/items")[
            "items"
        ]
        return items

    def _verified(self, content: bytes) -> list[VerifiedLicense]:
        keys = public_keys(self.api.get("/.well-known/jwks.json"))
        return [verify(block, keys, datetime.now(UTC)) for block in blocks_in(content)]


def _has_link(message: dict[str, Any]) -> bool:
    return _TOKEN_IN_LINK.search(message["text"]) is not None


def _given(asked: dict[str, Any]) -> object:
    return asked["choices"][0] if asked["choices"] else GIVEN.get(asked["name"], asked["example"])


def _without_empty(values: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: value for key, value in values.items() if value}


def _hold(holds: object, otherwise: str) -> None:
    if not holds:
        raise StepFailed(otherwise)
