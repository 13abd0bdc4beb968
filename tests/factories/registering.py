"""What somebody does who registers serial numbers at licensing's HTTP door, with one call each."""

from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient


def start(api: TestClient, headers: dict[str, str], serial_numbers: list[str]) -> dict[str, Any]:
    answer = api.post("/api/v1/registrations", json={"serial_numbers": serial_numbers}, headers=headers)
    assert answer.status_code == 201, answer.text
    started: dict[str, Any] = answer.json()
    return started


def items(api: TestClient, headers: dict[str, str], registration_id: str) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/registrations/{registration_id}/items?limit=500", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def problems(api: TestClient, headers: dict[str, str], registration_id: str) -> list[str | None]:
    return [line["problem"] and line["problem"]["code"] for line in items(api, headers, registration_id)]


def tell(api: TestClient, headers: dict[str, str], registration_id: str, **said: Any) -> Response:
    return api.put(f"/api/v1/registrations/{registration_id}/information", json=said, headers=headers)


def add(api: TestClient, headers: dict[str, str], content: bytes, kind: str) -> Response:
    path = f"/api/v1/registrations/{start(api, headers, [])['id']}/items"
    return api.post(path, content=content, headers={**headers, "content-type": kind})


def register(api: TestClient, headers: dict[str, str], serial_numbers: list[str]) -> str:
    registration_id = str(start(api, headers, serial_numbers)["id"])
    answer = api.post(f"/api/v1/registrations/{registration_id}/complete", headers=headers)
    assert answer.status_code == 202, answer.text
    return registration_id
