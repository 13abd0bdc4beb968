"""Comments on a license through the pages."""

import pytest

from tests.factories.registrations import LICENSE_ID, a_comment, a_license, a_page
from tests.identities import a_caller
from tests.integration.conftest import OpenPortal
from tests.pages import Page
from tests.portal_services import FakeServices

pytestmark = pytest.mark.feature("G22")

LICENSE = f"/api/v1/catalog/licenses/{LICENSE_ID}"
PAGE = f"/licenses/{LICENSE_ID}"
REFUSED = [{"option": "add_comment", "why": "The license is shared with you for viewing only."}]


def on_license(services: FakeServices, *, may_comment: bool = True) -> None:
    """Let the catalog tell of a license without comments."""
    told = {"options": ["add_comment"]} if may_comment else {"options": [], "refused_options": REFUSED}
    services.answers("catalog", "GET", LICENSE, a_license(**told))
    services.answers("catalog", "GET", f"{LICENSE}/comments", a_page())


def test_a_comment_is_added_and_told(open_portal: OpenPortal, portal_services: FakeServices) -> None:
    on_license(portal_services)
    portal_services.answers("catalog", "POST", f"{LICENSE}/comments", a_comment(), status=201)
    portal = open_portal(a_caller("acc_1"))
    answer = portal.post(f"{PAGE}/comments", data={"comment": "Two\r\nlines"})
    assert answer.headers["location"] == f"{PAGE}/comments?done=comment-added"
    asked = portal_services.only_call("catalog", "POST", f"{LICENSE}/comments")
    assert asked.json == {"content": "Two\r\nlines"}
    assert "Your comment is added." in portal.get(answer.headers["location"]).text


def test_earlier_comments_stand_below_the_form_page_by_page(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(portal_services)
    portal_services.answers("catalog", "GET", f"{LICENSE}/comments", a_page(a_comment(), next_cursor="c2"))
    page = Page(open_portal(a_caller("acc_1")).get(f"{PAGE}/comments?cursor=c1").text)
    assert "Moved to the new cluster." in page.text
    assert "Anna Lindqvist" in page.text
    assert "?cursor=c2" in page.links()
    assert page.all("textarea", name="comment")
    asked = portal_services.only_call("catalog", "GET", f"{LICENSE}/comments")
    assert dict(asked.request.url.params) == {"sort": "-at", "limit": "20", "cursor": "c1"}
    assert page.faults() == []


def test_a_refused_comment_keeps_what_was_typed(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(portal_services)
    portal_services.refuses(
        "catalog", "POST", f"{LICENSE}/comments", 422, "invalid", errors={"/content": "Too long."}
    )
    answer = open_portal(a_caller("acc_1")).post(f"{PAGE}/comments", data={"comment": "</textarea>x"})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Your comment: Too long." in page.text
    assert "&lt;/textarea&gt;x" in answer.text
    assert page.faults() == []


def test_who_may_only_look_reads_comments_and_the_reason(
    open_portal: OpenPortal, portal_services: FakeServices
) -> None:
    on_license(portal_services, may_comment=False)
    page = Page(open_portal(a_caller("acc_1")).get(f"{PAGE}/comments").text)
    assert "for viewing only" in page.text
    assert not page.all("textarea")
    assert page.faults() == []


def test_who_has_not_logged_in_is_sent_to_the_login(open_portal: OpenPortal) -> None:
    assert open_portal().get(f"{PAGE}/comments").headers["location"].startswith("/login?next=")
