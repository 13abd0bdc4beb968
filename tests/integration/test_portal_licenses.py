"""The pages of my licenses' list: filters, columns, saved searches."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.factories.portal import some_columns
from tests.factories.registrations import LICENSE_ID, a_listed_license, a_page
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("G17")

LICENSES = "/api/v1/catalog/licenses"
SEARCHES = "/api/v1/catalog/saved-searches"
COLUMNS = "/api/v1/catalog/columns"
FIELD = {
    "id": "fld_01h455vb4pex5vsknk084sn02q",
    "name": "Cost centre",
    "kind": "text",
    "choices": [],
    "own": True,
}
CHOICE = {
    **FIELD,
    "id": "fld_01h455vb4pex5vsknk084sn03q",
    "name": "Stage",
    "kind": "choice",
    "choices": ["Test"],
}
SEARCH = {
    "id": "sea_01h455vb4pex5vsknk084sn02q",
    "name": "Berlin",
    "criteria": {"customer_number": "C-1", "field": [f"{FIELD['id']}:Ber:lin"], "sort": "product"},
    "created_at": "2026-11-25T08:00:00Z",
}
ANNA = a_caller("acc_1")


@pytest.fixture
def services(portal_services: FakeServices) -> FakeServices:
    portal_services.answers("catalog", "GET", LICENSES, a_page(a_listed_license()))
    portal_services.answers("catalog", "GET", COLUMNS, some_columns(fields=[FIELD, CHOICE]))
    portal_services.answers("catalog", "GET", SEARCHES, {"items": [SEARCH]})
    return portal_services


def asked(services: FakeServices) -> dict[str, list[str]]:
    params = services.only_call("catalog", "GET", LICENSES).request.url.params
    return {name: params.get_list(name) for name in params}


def headings(page: str) -> list[str]:
    return [text.split("</th>")[0] for text in page.split('<th scope="col"')[1:]]


def test_the_address_carries_every_filter_to_the_catalog(
    open_portal: OpenPortal, services: FakeServices
) -> None:
    given = {
        "query": "tidal",
        "product": "GRID-7",
        "status": "active",
        "access": "view",
        "serial_number": "A0",
        "order_number": "SO-1",
        "customer_number": "C-1",
        "host_id": "h",
        "price_tier": "B",
        "registered_from": "2026-01-01",
        "registered_to": "2026-01-31",
        "ordered_from": "2026-02-01",
        "ordered_to": "2026-02-28",
        "ends_from": "2027-01-01",
        "ends_to": "2027-12-31",
        "sort": "product",
    }
    services.answers("catalog", "GET", "/api/v1/shares/received", a_page())
    more = {"owner": "acc_1", "shared_by": "acc_2", f"field.{FIELD['id']}": "Ber:lin", "colour": "red"}

    answer = open_portal(ANNA).get("/licenses", params={**given, **more})

    assert asked(services) == {
        **{name: [value] for name, value in given.items()},
        "owner": ["acc_1"],
        "shared_by": ["acc_2"],
        "field": [f"{FIELD['id']}:Ber:lin"],
        "limit": ["50"],
    }
    page = Page(answer.text)
    assert page.faults() == []
    for name, value in given.items():
        assert page.value(name) == value
    assert page.value(f"field.{FIELD['id']}") == "Ber:lin"


def test_an_address_with_empty_inputs_leads_to_one_without_them(
    open_portal: OpenPortal, services: FakeServices
) -> None:
    answer = open_portal(ANNA).get("/licenses?query=&status=active&host_id=+&sort=product&cursor=")

    assert (answer.status_code, answer.headers["location"]) == (303, "/licenses?status=active&sort=product")
    assert open_portal(ANNA).get("/licenses?query=").headers["location"] == "/licenses"
    assert not services.calls("catalog", "GET", LICENSES)


def test_filters_in_force_are_shown_and_each_can_be_dropped(
    open_portal: OpenPortal, services: FakeServices
) -> None:
    services.answers("catalog", "GET", LICENSES, a_page())
    answer = open_portal(ANNA).get(
        f"/licenses?query=a&status=maintenance_ended&ends_to=2027-01-31&field.{FIELD['id']}=Berlin"
    )

    page = Page(answer.text)
    assert "Status: Maintenance has ended" in page.text
    assert "Maintenance ends until: Jan 31, 2027" in page.text
    assert "Cost centre: Berlin" in page.text
    field = f"field.{FIELD['id']}=Berlin"
    assert f"/licenses?query=a&ends_to=2027-01-31&{field}" in page.links()
    assert f"/licenses?query=a&status=maintenance_ended&{field}" in page.links()
    assert "/licenses?query=a&status=maintenance_ended&ends_to=2027-01-31" in page.links()
    assert "/licenses?query=a" in page.links()
    assert [tag for tag in page.all("details") if "open" in tag.attributes]


@pytest.mark.usefixtures("services")
def test_without_filters_the_filters_stay_closed(open_portal: OpenPortal) -> None:
    page = Page(open_portal(ANNA).get("/licenses?query=a&sort=product").text)

    assert not [tag for tag in page.all("details") if "open" in tag.attributes]
    assert page.faults() == []


def test_a_sharer_is_called_by_name(open_portal: OpenPortal, services: FakeServices) -> None:
    sharer = {"account_id": "acc_2", "name": "Carla Costa", "company_name": "Costa"}
    services.answers("catalog", "GET", "/api/v1/shares/received", a_page({"from": sharer}))

    assert "Shared by: Carla Costa" in Page(open_portal(ANNA).get("/licenses?shared_by=acc_2").text).text


def test_a_search_that_finds_nothing_leads_to_all_licenses(
    open_portal: OpenPortal, services: FakeServices
) -> None:
    services.answers("catalog", "GET", LICENSES, a_page())
    page = Page(open_portal(ANNA).get("/licenses?host_id=nothing").text)

    assert "Nothing found with this search" in page.text
    assert "/licenses" in page.links()
    assert page.faults() == []


def test_a_refused_filter_is_told_on_the_page_and_can_be_mended(
    open_portal: OpenPortal, services: FakeServices
) -> None:
    services.refuses("catalog", "GET", LICENSES, 422, "invalid", errors={"/ends_to": "Not a day."})
    answer = open_portal(ANNA).get("/licenses?ends_to=soon")

    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Not a day." in page.text
    assert page.value("ends_to") == "soon"
    assert page.faults() == []


@pytest.mark.usefixtures("services")
def test_what_ends_soon_is_one_link_away(open_portal: OpenPortal) -> None:
    links = Page(open_portal(ANNA).get("/licenses").text).links()

    assert "/licenses?status=maintenance_ending&sort=maintenance_end" in links


def test_the_list_has_the_chosen_columns_and_fields(open_portal: OpenPortal, services: FakeServices) -> None:
    gone = "fld_01h455vb4pex5vsknk084sn09q"
    services.answers(
        "catalog",
        "GET",
        COLUMNS,
        some_columns("product", gone, str(FIELD["id"]), "price_tier", "access", fields=[FIELD]),
    )
    listed = a_listed_license(fields={FIELD["id"]: "Berlin"}, deployed_price_tier="Tier 7", access="view")
    services.answers("catalog", "GET", LICENSES, a_page(listed))

    answer = open_portal(ANNA).get("/licenses")

    assert [each.lstrip(">") for each in headings(answer.text)] == [
        "Product",
        "Cost centre",
        "Price tier",
        "Your access",
    ]
    page = Page(answer.text)
    assert "Berlin" in page.text
    assert "Tier 7" in page.text
    assert f"/licenses/{LICENSE_ID}" in page.links()
    checked = [
        tag.attributes["value"] for tag in page.all("input", name="column") if "checked" in tag.attributes
    ]
    assert checked == ["product", FIELD["id"], "price_tier", "access"]


@pytest.mark.parametrize(
    ("access", "word"),
    [
        ("owner", None),
        ("full", "Shared with you, full access"),
        ("view", "Shared with you, view only"),
        ("added", "Added to your catalog, not registered yet"),
    ],
)
def test_access_is_said_where_the_license_is_not_mine(
    access: str, word: str | None, open_portal: OpenPortal, services: FakeServices
) -> None:
    services.answers("catalog", "GET", LICENSES, a_page(a_listed_license(access=access)))
    rows = open_portal(ANNA).get("/licenses").text.split("<tbody>")[1].split("</tbody>")[0]

    assert (word is None and "muted" not in rows) or (word is not None and word in rows)


def test_columns_are_chosen_and_lead_back_to_the_same_list(
    open_portal: OpenPortal, services: FakeServices
) -> None:
    services.answers("catalog", "PUT", COLUMNS, some_columns("product"))
    answer = open_portal(ANNA).post(
        "/licenses/columns", data={"column": ["product", "status"], "kept": "query=a&sort=product"}
    )

    assert services.only_call("catalog", "PUT", COLUMNS).json == {"columns": ["product", "status"]}
    assert answer.headers["location"] == "/licenses?query=a&sort=product&done=columns-chosen"


def test_no_columns_at_all_are_refused_on_the_page(open_portal: OpenPortal, services: FakeServices) -> None:
    services.refuses("catalog", "PUT", COLUMNS, 422, "invalid", errors={"/columns": "At least 1 is needed."})
    answer = open_portal(ANNA).post("/licenses/columns", data={"kept": "query=a"})

    assert answer.status_code == 422
    assert "At least 1 is needed." in answer.text
    assert Page(answer.text).faults() == []


def test_a_search_is_kept_with_all_that_is_asked_for(open_portal: OpenPortal, services: FakeServices) -> None:
    services.answers("catalog", "POST", SEARCHES, SEARCH, status=201)
    kept = f"customer_number=C-1&field.{FIELD['id']}=Ber%3Alin&sort=product"

    answer = open_portal(ANNA).post("/licenses/searches", data={"name": " Berlin ", "kept": kept})

    assert services.only_call("catalog", "POST", SEARCHES).json == {
        "name": "Berlin",
        "criteria": SEARCH["criteria"],
    }
    assert answer.headers["location"] == f"/licenses?{kept}&done=search-saved"


@pytest.mark.parametrize("status", [409, 422])
def test_a_refused_name_is_told_beside_the_list(
    status: int, open_portal: OpenPortal, services: FakeServices
) -> None:
    services.refuses("catalog", "POST", SEARCHES, status, "refused", detail="Choose another name.")
    answer = open_portal(ANNA).post("/licenses/searches", data={"name": "Berlin", "kept": "query=a"})

    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Choose another name." in page.text
    assert (page.value("name"), page.value("query")) == ("Berlin", "a")
    assert page.faults() == []


@pytest.mark.usefixtures("services")
def test_a_saved_search_is_a_link_that_asks_for_the_same_again(open_portal: OpenPortal) -> None:
    links = Page(open_portal(ANNA).get("/licenses").text).links()

    (link,) = [each for each in links if "customer_number" in each]
    assert parse_qs(urlsplit(link).query) == {
        "customer_number": ["C-1"],
        f"field.{FIELD['id']}": ["Ber:lin"],
        "sort": ["product"],
    }


def test_a_saved_search_is_removed(open_portal: OpenPortal, services: FakeServices) -> None:
    services.answers("catalog", "DELETE", f"{SEARCHES}/{SEARCH['id']}", status=204)
    answer = open_portal(ANNA).post(f"/licenses/searches/{SEARCH['id']}/remove", data={"kept": "query=a"})

    assert len(services.calls("catalog", "DELETE", f"{SEARCHES}/{SEARCH['id']}")) == 1
    assert answer.headers["location"] == "/licenses?query=a&done=search-removed"


def test_what_others_wrote_is_shown_as_text(open_portal: OpenPortal, services: FakeServices) -> None:
    evil = "<script>alert(1)</script>"
    field = {**FIELD, "name": evil}
    services.answers("catalog", "GET", COLUMNS, some_columns("product", str(FIELD["id"]), fields=[field]))
    services.answers("catalog", "GET", SEARCHES, {"items": [{**SEARCH, "name": evil}]})
    services.answers("catalog", "GET", LICENSES, a_page(a_listed_license(fields={FIELD["id"]: evil})))

    page = open_portal(ANNA).get("/licenses", params={"query": evil, f"field.{FIELD['id']}": evil})

    assert evil not in page.text
    assert Page(page.text).faults() == []
