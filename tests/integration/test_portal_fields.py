"""My fields, and what they say of a license, through the pages."""

from typing import Any

import pytest

from keydesk.chassis.ids import new_id
from tests.factories.registrations import LICENSE_ID, a_comment, a_history, a_license, a_page
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

FIELD_ID = new_id("fld")
OTHER_ID = new_id("fld")
FIELDS = "/api/v1/fields"
LICENSE = f"/api/v1/catalog/licenses/{LICENSE_ID}"
PAGE = f"/licenses/{LICENSE_ID}"
ROOM, PRICE = f"values/{FIELD_ID}", f"values/{OTHER_ID}"
OPTIONS = ["download_file", "edit_fields", "add_comment"]
REFUSED = [
    {"option": option, "why": "The license is shared with you for viewing only."}
    for option in ("edit_fields", "add_comment")
]


def a_field(**changed: Any) -> dict[str, Any]:
    """A field as ``GET /api/v1/fields`` tells of it."""
    return {
        "id": FIELD_ID,
        "name": "Room",
        "kind": "text",
        "choices": [],
        "position": 1,
        "in_list": True,
        "shared": False,
        "revision": 3,
        "values": 12,
        **changed,
    }


def a_value(value: str | None, **changed: Any) -> dict[str, Any]:
    """A field as it stands on a license."""
    return {
        "id": FIELD_ID,
        "name": "Room",
        "kind": "text",
        "choices": [],
        "value": value,
        "changed_at": "2026-11-25T08:00:00Z" if value else None,
        "changed_by_name": "Ben Okafor" if value else None,
        **changed,
    }


def on_license(services: FakeServices, *fields: dict[str, Any], etag: str = '"ab1"', **changed: Any) -> None:
    """Let the catalog tell of a license with these fields, and no comments."""
    services.answers("catalog", "GET", LICENSE, a_license(**{"options": OPTIONS, **changed}))
    services.answers("catalog", "GET", f"{LICENSE}/history", a_history())
    services.answers("catalog", "GET", f"{LICENSE}/comments", a_page())
    services.answers("catalog", "GET", "/api/v1/shares", {"items": []})
    told = {"fields": list(fields)}
    services.answers("catalog", "GET", f"{LICENSE}/fields", told, headers=[("etag", etag)])


@pytest.mark.feature("G10")
def test_without_fields_the_page_says_what_to_do_first(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": []})
    page = Page(open_portal(a_caller("acc_1")).get("/account/fields").text)
    assert "No fields yet" in page.text
    assert page.all("form", action="/account/fields")
    assert page.all("a", href="/account/fields")[0].attributes["aria-current"] == "page"
    assert page.faults() == []


@pytest.mark.feature("G10")
def test_fields_can_be_opened_moved_and_deleted(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    listed = [a_field(), a_field(id=OTHER_ID, name="Hall", kind="choice", choices=["North", "South"])]
    portal_services.answers("catalog", "GET", FIELDS, {"items": listed})
    page = Page(open_portal(a_caller("acc_1")).get("/account/fields").text)
    assert f"/account/fields/{FIELD_ID}" in page.links()
    assert "North, South" in page.text
    moves = [tag.attributes["action"] for tag in page.all("form") if "/move" in tag.attributes["action"]]
    assert moves == [f"/account/fields/{FIELD_ID}/move", f"/account/fields/{OTHER_ID}/move"]
    assert page.all("form", action=f"/account/fields/{FIELD_ID}/delete", method="get")
    assert page.faults() == []


@pytest.mark.feature("G10")
def test_a_new_field_is_sent_as_it_was_typed(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("catalog", "POST", FIELDS, a_field(), status=201)
    typed = {"name": " Hall ", "kind": "choice", "choices": "North\r\n\r\n South ", "shared": "yes"}
    answer = open_portal(a_caller("acc_1")).post("/account/fields", data=typed)
    assert answer.headers["location"] == "/account/fields?done=field-added"
    assert portal_services.only_call("catalog", "POST", FIELDS).json == {
        "name": "Hall",
        "kind": "choice",
        "choices": ["North", "South"],
        "in_list": False,
        "shared": True,
    }


@pytest.mark.feature("G10")
def test_a_refused_field_keeps_what_was_typed_and_says_what_is_wrong(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": []})
    wrong = {"/name": "You have that one.", "/choices/0": "Too long.", "/choices/2": "Too long."}
    portal_services.refuses("catalog", "POST", FIELDS, 422, "invalid", errors=wrong)
    typed = {"name": "Hall", "kind": "choice", "choices": "<x>\r\ny", "in_list": "yes"}
    answer = open_portal(a_caller("acc_1")).post("/account/fields", data=typed)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Name: You have that one." in page.text
    assert "Choices: Too long." in page.text
    assert (page.value("name"), page.value("kind")) == ("Hall", "choice")
    assert "&lt;x&gt;" in answer.text
    assert "checked" in page.all("input", name="in_list")[0].attributes
    assert page.faults() == []


@pytest.mark.feature("G10")
def test_a_thirty_first_field_is_refused_in_place(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": [a_field()]})
    portal_services.refuses("catalog", "POST", FIELDS, 409, "too_many_fields", detail="Delete one.")
    answer = open_portal(a_caller("acc_1")).post("/account/fields", data={"name": "More", "kind": "text"})
    assert answer.status_code == 422
    assert "Delete one." in answer.text


@pytest.mark.feature("G10")
def test_a_field_is_changed_by_its_own_form(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": [a_field(kind="choice", choices=["A", "B"])]})
    portal_services.answers("catalog", "PATCH", f"{FIELDS}/{FIELD_ID}", a_field())
    portal = open_portal(a_caller("acc_1"))
    page = Page(portal.get(f"/account/fields/{FIELD_ID}").text)
    assert page.faults() == []
    typed = {"name": page.value("name"), "etag": page.value("etag"), "choices": "A\nB\nC", "in_list": "yes"}
    answer = portal.post(f"/account/fields/{FIELD_ID}", data=typed)
    assert answer.headers["location"] == "/account/fields?done=saved"
    asked = portal_services.only_call("catalog", "PATCH", f"{FIELDS}/{FIELD_ID}")
    assert asked.json == {"name": "Room", "choices": ["A", "B", "C"], "in_list": True, "shared": False}
    assert asked.request.headers["if-match"] == '"3"'


@pytest.mark.feature("G10")
def test_a_field_changed_in_between_keeps_what_was_typed_and_asks_again(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": [a_field(revision=4)]})
    portal_services.refuses(
        "catalog", "PATCH", f"{FIELDS}/{FIELD_ID}", 412, "field_changed_meanwhile", detail="Look again."
    )
    typed = {"name": "Attic", "etag": '"3"'}
    answer = open_portal(a_caller("acc_1")).post(f"/account/fields/{FIELD_ID}", data=typed)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Look again." in page.text
    assert (page.value("name"), page.value("etag")) == ("Attic", '"4"')


@pytest.mark.feature("G10")
@pytest.mark.parametrize(("to", "position"), [("up", 1), ("down", 3)])
def test_a_field_moves_by_one_place(
    to: str, position: int, open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": [a_field(position=2)]})
    portal_services.answers("catalog", "PATCH", f"{FIELDS}/{FIELD_ID}", a_field())
    answer = open_portal(a_caller("acc_1")).post(f"/account/fields/{FIELD_ID}/move", data={"to": to})
    assert answer.headers["location"] == "/account/fields"
    asked = portal_services.only_call("catalog", "PATCH", f"{FIELDS}/{FIELD_ID}")
    assert asked.json == {"position": position}


@pytest.mark.feature("G10")
def test_deleting_shows_first_what_will_be_lost(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    lost = {"values": 12, "examples": [{"id": LICENSE_ID, "serial_number": "A0000000001", "value": "Attic"}]}
    portal_services.answers("catalog", "GET", FIELDS, {"items": [a_field()]})
    portal_services.answers("catalog", "GET", f"{FIELDS}/{FIELD_ID}/deletion", lost)
    portal_services.answers("catalog", "DELETE", f"{FIELDS}/{FIELD_ID}", status=204)
    portal = open_portal(a_caller("acc_1"))
    page = Page(portal.get(f"/account/fields/{FIELD_ID}/delete").text)
    assert "12 licenses have a value" in page.text
    assert "A0000000001" in page.text
    assert page.faults() == []
    answer = portal.post(f"/account/fields/{FIELD_ID}/delete", data={"etag": page.value("etag")})
    assert answer.headers["location"] == "/account/fields?done=field-deleted"
    asked = portal_services.only_call("catalog", "DELETE", f"{FIELDS}/{FIELD_ID}")
    assert asked.request.headers["if-match"] == '"3"'


@pytest.mark.feature("G10")
def test_a_field_that_changed_is_not_deleted_unseen(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": [a_field(revision=4)]})
    portal_services.answers("catalog", "GET", f"{FIELDS}/{FIELD_ID}/deletion", {"values": 0, "examples": []})
    portal_services.refuses("catalog", "DELETE", f"{FIELDS}/{FIELD_ID}", 412, "field_changed_meanwhile")
    answer = open_portal(a_caller("acc_1")).post(f"/account/fields/{FIELD_ID}/delete", data={"etag": "é"})
    assert answer.status_code == 422
    assert Page(answer.text).value("etag") == '"4"'


@pytest.mark.feature("G10")
@pytest.mark.parametrize("page", ["", "/delete"])
def test_a_field_of_nobody_is_nothing_here(
    page: str, open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "GET", FIELDS, {"items": []})
    assert open_portal(a_caller("acc_1")).get(f"/account/fields/{FIELD_ID}{page}").status_code == 404


@pytest.mark.feature("G10")
def test_each_kind_of_field_has_an_input_of_its_kind(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    hall, bought = new_id("fld"), new_id("fld")
    on_license(
        portal_services,
        a_value("Attic"),
        a_value("7.5", id=OTHER_ID, name="Price", kind="number"),
        a_value("West", id=hall, name="Hall", kind="choice", choices=["North"]),
        a_value("2026-11-25", id=bought, name="Bought", kind="date"),
    )
    answer = open_portal(a_caller("acc_1")).get(f"{PAGE}/fields")
    page = Page(answer.text)
    assert (page.value(ROOM), page.value(PRICE), page.value("etag")) == ("Attic", "7.5", '"ab1"')
    assert page.all("input", name=PRICE)[0].attributes["inputmode"] == "decimal"
    assert page.all("input", name=f"values/{bought}")[0].attributes["type"] == "date"
    assert page.value(f"values/{hall}") == "West"
    assert "everybody who has access" in page.text
    assert page.faults() == []


@pytest.mark.feature("G10")
def test_only_what_was_changed_is_saved(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    portal_services.answers("catalog", "PUT", f"{LICENSE}/fields", {"fields": []})
    typed = {
        ROOM: " Cellar ",
        f"seen/{FIELD_ID}": "Attic",
        PRICE: "7",
        f"seen/{OTHER_ID}": "7",
        "etag": '"ab1"',
    }
    answer = open_portal(a_caller("acc_1")).post(f"{PAGE}/fields", data=typed)
    assert answer.headers["location"] == f"{PAGE}?done=saved"
    asked = portal_services.only_call("catalog", "PUT", f"{LICENSE}/fields")
    assert asked.json == {"values": {FIELD_ID: "Cellar"}}
    assert asked.request.headers["if-match"] == '"ab1"'


@pytest.mark.feature("G10")
def test_an_emptied_field_takes_its_value_away(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    portal_services.answers("catalog", "PUT", f"{LICENSE}/fields", {"fields": []})
    typed = {ROOM: "", f"seen/{FIELD_ID}": "Attic"}
    open_portal(a_caller("acc_1")).post(f"{PAGE}/fields", data=typed)
    asked = portal_services.only_call("catalog", "PUT", f"{LICENSE}/fields")
    assert asked.json == {"values": {FIELD_ID: None}}
    assert asked.request.headers["if-match"] == '"none"'


@pytest.mark.feature("G10")
def test_a_form_that_changed_nothing_asks_for_nothing(open_portal: OpenPortal) -> None:
    typed = {ROOM: "Attic", f"seen/{FIELD_ID}": "Attic", "etag": '"ab1"'}
    answer = open_portal(a_caller("acc_1")).post(f"{PAGE}/fields", data=typed)
    assert answer.headers["location"] == f"{PAGE}?done=saved"


@pytest.mark.feature("G10")
def test_a_conflict_shows_what_is_there_now_beside_what_was_typed(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(
        portal_services,
        a_value("Roof"),
        a_value("8", id=OTHER_ID, name="Price", kind="number"),
        etag='"cd2"',
    )
    portal_services.refuses("catalog", "PUT", f"{LICENSE}/fields", 412, "values_changed_meanwhile")
    typed = {
        ROOM: "Cellar",
        f"seen/{FIELD_ID}": "Attic",
        PRICE: "7",
        f"seen/{OTHER_ID}": "7",
        "etag": '"ab1"',
    }
    portal = open_portal(a_caller("acc_1"))
    answer = portal.post(f"{PAGE}/fields", data=typed)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert (page.value(ROOM), page.value(PRICE)) == ("Cellar", "8")
    assert page.text.count("There is now:") == 1
    assert "There is now: Roof" in page.text
    assert page.faults() == []

    portal_services.answers("catalog", "PUT", f"{LICENSE}/fields", {"fields": []})
    again = {name: value for name, value in page.values.items() if name}
    assert portal.post(f"{PAGE}/fields", data=again).status_code == 303
    asked = portal_services.calls("catalog", "PUT", f"{LICENSE}/fields")[-1]
    assert asked.json == {"values": {FIELD_ID: "Cellar"}}
    assert asked.request.headers["if-match"] == '"cd2"'


@pytest.mark.feature("G10")
def test_a_wrong_value_is_told_at_its_input(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    on_license(portal_services, a_value("7", kind="number", name="Price"))
    portal_services.refuses(
        "catalog", "PUT", f"{LICENSE}/fields", 422, "invalid", errors={f"/values/{FIELD_ID}": "Digits only."}
    )
    typed = {ROOM: "<much>", f"seen/{FIELD_ID}": "7", "etag": '"ab1"'}
    answer = open_portal(a_caller("acc_1")).post(f"{PAGE}/fields", data=typed)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Price: Digits only." in page.text
    assert (page.value(ROOM), page.value("etag")) == ("<much>", '"ab1"')
    assert page.faults() == []


@pytest.mark.feature("G10")
def test_who_may_only_look_gets_no_form_and_the_reason(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(portal_services, a_value("Attic"), options=["download_file"], refused_options=REFUSED)
    page = Page(open_portal(a_caller("acc_1")).get(f"{PAGE}/fields").text)
    assert "for viewing only" in page.text
    assert "Attic" in page.text
    assert not page.all("form", action=f"{PAGE}/fields")
    assert page.faults() == []


@pytest.mark.feature("G10")
@pytest.mark.parametrize(("access", "said"), [("owner", "Define your fields"), ("full", "shares no fields")])
def test_a_license_without_fields_says_what_to_do(
    access: str, said: str, open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(portal_services, ownership={"owner_name": "", "owner_company": "", "access": access})
    assert said in Page(open_portal(a_caller("acc_1")).get(f"{PAGE}/fields").text).text


@pytest.mark.feature("G18")
def test_the_page_of_a_license_shows_fields_and_the_latest_comments(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(portal_services, a_value("2026-11-25", kind="date", name="Bought"))
    portal_services.answers("catalog", "GET", f"{LICENSE}/comments", a_page(a_comment(), next_cursor="more"))
    answer = open_portal(a_caller("acc_1")).get(PAGE)
    page = Page(answer.text)
    assert "November 25, 2026" in page.text
    assert "See &lt;b&gt;ticket&lt;/b&gt; 7." in answer.text
    assert "See all comments" in page.text
    assert {f"{PAGE}/fields", f"{PAGE}/comments"} <= page.links()
    asked = portal_services.only_call("catalog", "GET", f"{LICENSE}/comments")
    assert dict(asked.request.url.params) == {"sort": "-at", "limit": "3"}
    assert page.faults() == []


@pytest.mark.feature("G18")
def test_options_that_one_does_not_have_are_no_links(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(portal_services, options=["download_file"], refused_options=REFUSED)
    links = Page(open_portal(a_caller("acc_1")).get(PAGE).text).links()
    assert not {f"{PAGE}/fields", f"{PAGE}/comments"} & links


@pytest.mark.feature("G18")
def test_a_license_that_nobody_registered_is_not_asked_for_fields_or_comments(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(
        portal_services,
        registered_at=None,
        options=[],
        ownership={"owner_name": "", "owner_company": "", "access": "added"},
    )
    page = Page(open_portal(a_caller("acc_1")).get(PAGE).text)
    assert portal_services.calls("catalog", "GET", f"{LICENSE}/fields") == []
    assert portal_services.calls("catalog", "GET", f"{LICENSE}/comments") == []
    assert not page.all("section", **{"aria-labelledby": "comments"})


@pytest.mark.parametrize("path", ["/account/fields", f"{PAGE}/fields"])
def test_who_has_not_logged_in_is_sent_to_the_login(path: str, open_portal: OpenPortal) -> None:
    assert open_portal().get(path).headers["location"].startswith("/login?next=")
