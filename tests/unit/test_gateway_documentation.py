"""One API document made of the rooms' own."""

from typing import Any

import pytest

from keydesk.cli.openapi import merged_document
from keydesk.gateway.documentation.merge import merge
from keydesk.gateway.documentation.own import own_document
from keydesk.gateway.documentation.pages import rendered
from keydesk.gateway.limits.policies import Policies


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return merged_document()


def a_document(path: str, **schemas: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}
    return {
        "paths": {path: {"get": {"responses": {"200": {"description": "", "content": content}}}}},
        "components": {"schemas": {"Item": {"type": "object"}, **schemas}},
    }


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()), set())
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


def test_a_name_that_two_rooms_give_to_different_things_is_told_apart() -> None:
    merged = merge(
        {
            "catalog": a_document("/a", Item={"type": "object", "title": "a license"}),
            "licensing": a_document("/b", Item={"type": "object", "title": "a line"}),
        },
        Policies({}),
    )

    assert set(merged["components"]["schemas"]) == {"CatalogItem", "LicensingItem"}
    shown = merged["paths"]["/b"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert shown == {"$ref": "#/components/schemas/LicensingItem"}


def test_a_shape_that_rooms_share_keeps_its_name() -> None:
    merged = merge({"catalog": a_document("/a"), "licensing": a_document("/b")}, Policies({}))

    assert set(merged["components"]["schemas"]) == {"Item"}


@pytest.mark.feature("B1")
def test_every_reference_of_the_whole_document_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_every_route_says_who_may_call_it_and_that_it_may_ask_to_wait(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert "security" in operation, (method, path)
            assert "429" in operation["responses"], (method, path)


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]

    assert len(ids) == len(set(ids))


def test_the_page_shows_every_route_and_runs_no_script(document: dict[str, Any]) -> None:
    page = rendered(document)[b"/api/docs"][0].decode()

    for path in document["paths"]:
        assert f"<code>{path}</code>" in page
    assert "<script" not in page
    assert " style=" not in page
    assert "http://" not in page


def test_the_page_escapes_what_rooms_write() -> None:
    told = own_document()
    told["paths"]["/api/v1/events"] = {
        "get": {"summary": "<script>alert(1)</script>", "security": [], "responses": {}}
    }

    page = rendered(merge({"gateway": told}, Policies({})))[b"/api/docs"][0].decode()

    assert "<script>" not in page
