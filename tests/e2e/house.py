"""Real things in a running stack: products, sold serial numbers, a registration, a license, an import."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Client, Response

from tests.factories.imports import ORDER, orders, products
from tests.waiting import until

SKU = "MX-100"
"""A product that comes with a file and asks for nothing."""
A_FILE: dict[str, Any] = {"params": {"file_name": "note.txt"}, "content": b"Which office?"}
"""What is sent to attach a file."""
_SOLD = 400
_HOUSES = itertools.count()
"""Several houses in one stack have different serial numbers."""


def done(answer: Response) -> Any:
    """The body of an answer that must be a success."""
    assert answer.is_success, (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    )
    return answer.json() if answer.content else None


@dataclass
class House:
    """What ``owner`` has in the stack, and what ``operator`` brought in."""

    owner: Client
    operator: Client
    import_id: str = ""
    registration_id: str = ""
    license_id: str = ""
    agreement: str = ""
    _field_id: str = ""
    _search_id: str = ""
    _export_id: str = ""
    _spare_license_id: str = ""
    _first: int = field(default_factory=lambda: next(_HOUSES) * _SOLD)
    _left: "itertools.count[int]" = field(default_factory=itertools.count)

    def furnish(self) -> "House":
        """Bring in a product and orders, and register the first serial number."""
        self._import("products", products({"sku": SKU, "fields": "", "has_file": "yes"}))
        sold = [
            {"sku": SKU, "order_number": f"MX-{self._first}", "serial_number": self.serial(number)}
            for number in range(_SOLD)
        ]
        sold.append({"sku": SKU, **self._spare_order(), "serial_number": f"Y{self._first:010}"})
        self.import_id = self._import("orders", orders(*sold))
        self.registration_id = self.draft()
        done(self.owner.post(f"/api/v1/registrations/{self.registration_id}/complete"))
        until(lambda: self._item(self.registration_id)["state"] == "issued", seconds=60)
        self.license_id = self._item(self.registration_id)["license"]["id"]
        until(lambda: self.owner.get(f"/api/v1/catalog/licenses/{self.license_id}").is_success, seconds=60)
        self.agreement = done(self.owner.get("/api/v1/agreements/current"))["version"]
        return self

    def serial(self, number: int) -> str:
        """A serial number that was sold; the first is the registered one."""
        return f"X{self._first + number:010}"

    def draft(self) -> str:
        """A draft of the owner's with one line that is ready; its serial number is in no other."""
        numbers = [self.serial(next(self._left))]
        return str(done(self.owner.post("/api/v1/registrations", json={"serial_numbers": numbers}))["id"])

    def line_of(self, registration_id: str) -> str:
        """The id of the one line of a registration."""
        return str(self._item(registration_id)["id"])

    def token_id(self) -> str:
        """A new API token of the owner's."""
        made = self.owner.post("/api/v1/me/tokens", json={"name": "Spare", "scopes": ["account:read"]})
        return str(done(made)["id"])

    def spare_license_id(self) -> str:
        """A license of the owner's that others may be let see; it is registered when first asked for."""
        if not self._spare_license_id:
            draft = self.draft()
            done(self.owner.post(f"/api/v1/registrations/{draft}/complete"))
            until(lambda: self._item(draft)["state"] == "issued", seconds=60)
            license_id = self._item(draft)["license"]["id"]
            until(lambda: self.owner.get(f"/api/v1/catalog/licenses/{license_id}").is_success, seconds=60)
            self._spare_license_id = license_id
        return self._spare_license_id

    def order(self) -> dict[str, str]:
        """The customer number and order number of everything that `serial` names."""
        return {"customer_number": ORDER["customer_number"], "order_number": f"MX-{self._first}"}

    def customer_number(self) -> str:
        """A customer number that the owner added, and nobody else."""
        return str(
            done(self.owner.post("/api/v1/customer-numbers", json=self._spare_order()))["customer_number"]
        )

    def addition_id(self) -> str:
        """A license that nobody registered and the owner alone added."""
        (line,) = done(self.owner.post("/api/v1/catalog/additions", json=self._spare_order()))["items"]
        return str(line["license_id"])

    def share_id(self) -> str:
        """A new share of the spare license of the owner's with Carla."""
        wanted = {"login_id": "carla", "license_ids": [self.spare_license_id()], "level": "view"}
        return str(done(self.owner.post("/api/v1/shares", json=wanted))["id"])

    def field_id(self) -> str:
        """A new field of the owner's, in place of the one before: an account has so many and no more."""
        if self._field_id:
            self.owner.delete(f"/api/v1/fields/{self._field_id}")
        made = self.owner.post("/api/v1/fields", json={"name": f"Spare {self._first}"})
        self._field_id = str(done(made)["id"])
        return self._field_id

    def _spare_order(self) -> dict[str, str]:
        return {"customer_number": f"MY-{self._first}", "order_number": f"MY-{self._first}"}

    def search_id(self) -> str:
        """A new saved search of the owner's, in place of the one before."""
        if self._search_id:
            self.owner.delete(f"/api/v1/catalog/saved-searches/{self._search_id}")
        wanted = {"name": f"Spare {self._first}", "criteria": {"status": "active"}}
        self._search_id = str(done(self.owner.post("/api/v1/catalog/saved-searches", json=wanted))["id"])
        return self._search_id

    def export_id(self) -> str:
        """An export of the owner's that is completed; it is made when first asked for."""
        if not self._export_id:
            asked = done(self.owner.post("/api/v1/catalog/exports", json={"format": "csv"}))
            path = f"/api/v1/catalog/exports/{asked['id']}"
            until(lambda: done(self.owner.get(path))["status"] == "completed", seconds=60)
            self._export_id = str(asked["id"])
        return self._export_id

    def request_id(self) -> str:
        """A new request of the owner's that waits for support."""
        asked = {"kind": "general", "title": "A question", "description": "Which file do I need?"}
        request_id = str(done(self.owner.post("/api/v1/requests", json=asked))["id"])
        path = f"/api/v1/requests/{request_id}"
        until(lambda: done(self.owner.get(path))["status"] == "pending_approval", seconds=60)
        return request_id

    def attachment(self) -> tuple[str, str]:
        """A new request of the owner's with a file on it, by their ids."""
        request_id = self.request_id()
        made = done(self.owner.post(f"/api/v1/requests/{request_id}/attachments", **A_FILE))
        return request_id, str(made["id"])

    def _item(self, registration_id: str) -> dict[str, Any]:
        (item,) = done(self.owner.get(f"/api/v1/registrations/{registration_id}/items"))["items"]
        return dict(item)

    def _import(self, kind: str, content: bytes) -> str:
        answer = self.operator.post(
            "/api/v1/imports", params={"kind": kind}, content=content, headers={"Content-Type": "text/csv"}
        )
        import_id = str(done(answer)["id"])
        until(
            lambda: done(self.operator.get(f"/api/v1/imports/{import_id}"))["status"] == "completed",
            seconds=60,
        )
        return import_id
