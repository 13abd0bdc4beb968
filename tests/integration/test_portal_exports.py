"""The pages of exports: asked for, watched, downloaded."""

from typing import Any

import pytest

from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("G17")

EXPORTS = "/api/v1/catalog/exports"
FIELD = "fld_01h455vb4pex5vsknk084sn02q"
ANNA = a_caller("acc_1")


def an_export(**changed: Any) -> dict[str, Any]:
    return {
        "id": "exp_01h455vb4pex5vsknk084sn02q",
        "format": "csv",
        "status": "queued",
        "progress": {"done": 3, "total": 10},
        "criteria": {"query": "tidal"},
        "columns": ["serial_number"],
        "language": "en",
        "file_name": "licenses-2026-11-25.csv",
        "created_at": "2026-11-25T08:00:00Z",
        "expires_at": "2026-11-26T08:00:00Z",
        **changed,
    }


EXPORT = f"{EXPORTS}/{an_export()['id']}"
EXPORT_PAGE = f"/licenses/exports/{an_export()['id']}"


def test_an_export_is_asked_for_with_what_the_list_shows(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "POST", EXPORTS, an_export(), status=202)
    kept = f"status=active&field.{FIELD}=Berlin"

    answer = open_portal(ANNA).post("/licenses/exports", data={"format": "xlsx", "kept": kept})

    assert portal_services.only_call("catalog", "POST", EXPORTS).json == {
        "format": "xlsx",
        "criteria": {"status": "active", "field": [f"{FIELD}:Berlin"]},
    }
    assert (answer.status_code, answer.headers["location"]) == (303, EXPORT_PAGE)


def test_a_refused_export_says_why(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("catalog", "GET", EXPORTS, {"items": []})
    portal_services.refuses("catalog", "POST", EXPORTS, 422, "export_too_large", detail="Narrow the search.")
    answer = open_portal(ANNA).post("/licenses/exports", data={"format": "csv"})

    assert answer.status_code == 422
    assert "Narrow the search." in answer.text


def test_an_export_under_way_shows_how_far_it_is_and_looks_again(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", EXPORT, an_export(status="processing"))
    answer = open_portal(ANNA).get(EXPORT_PAGE)

    page = Page(answer.text)
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in answer.text
    (box,) = page.all("div", **{"data-progress-of": "catalog/export"})
    assert box.attributes["data-then"] == EXPORT_PAGE
    assert "3 / 10" in page.text
    assert page.faults() == []


def test_an_export_that_is_ready_can_be_downloaded(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", EXPORT, an_export(status="completed"))
    disposition = 'attachment; filename="licenses-2026-11-25.csv"'
    portal_services.answers(
        "catalog",
        "GET",
        f"{EXPORT}/file",
        "rows",
        headers=[("content-type", "text/csv"), ("content-disposition", disposition)],
    )
    portal = open_portal(ANNA)
    page = Page(portal.get(EXPORT_PAGE).text)

    assert {f"{EXPORT_PAGE}/file", "/licenses?query=tidal"} <= page.links()
    assert "http-equiv" not in page.html
    file = portal.get(f"{EXPORT_PAGE}/file")
    assert file.headers["content-disposition"] == disposition


def test_an_export_that_failed_leads_back_to_its_list(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", EXPORT, an_export(status="failed"))
    page = Page(open_portal(ANNA).get(EXPORT_PAGE).text)

    assert "The file could not be made" in page.text
    assert "/licenses?query=tidal" in page.links()
    assert page.faults() == []


@pytest.mark.parametrize("exports", [[], [an_export(), an_export(status="completed")]])
def test_my_exports_are_listed(
    exports: list[dict[str, Any]], open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", EXPORTS, {"items": exports})
    page = Page(open_portal(ANNA).get("/licenses/exports").text)

    assert (EXPORT_PAGE in page.links()) == bool(exports)
    assert page.faults() == []


def test_anothers_export_is_not_found(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.refuses("catalog", "GET", EXPORT, 404, "not_found")

    assert open_portal(ANNA).get(EXPORT_PAGE).status_code == 404
