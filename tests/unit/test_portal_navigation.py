import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.chassis.identity import Caller
from keydesk.portal.navigation import Place, local_path, nearest, staff_tools
from keydesk.portal.reader import Reader


@pytest.mark.parametrize("path", ["/", "/licenses?query=a&cursor=b", "/register/reg_1#lines", "/ä"])
def test_a_path_of_ours_is_gone_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        " /licenses",
        "javascript:alert(1)",
        "licenses",
        "",
        None,
    ],
)
def test_nobody_is_sent_elsewhere(elsewhere: str | None) -> None:
    assert local_path(elsewhere) == "/"


@given(st.text())
def test_no_text_leads_to_another_site(text: str) -> None:
    path = local_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


@pytest.mark.feature("C5")
@pytest.mark.parametrize(
    ("roles", "places"),
    [
        ({"customer"}, []),
        ({"support"}, ["/staff/requests", "/staff/orders", "/staff/accounts", "/staff/emails"]),
        ({"operator"}, ["/staff/imports", "/staff/orders", "/staff/accounts"]),
    ],
)
def test_staff_see_the_tools_of_their_role(roles: set[str], places: list[str]) -> None:
    reader = Reader(Caller(kind="account", account_id="acc_1", roles=frozenset(roles)), "en")
    assert [place.path for place in staff_tools(reader)] == places


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/licenses", "/licenses"),
        ("/licenses/lic_1/fields", "/licenses"),
        ("/licenses/add", "/licenses/add"),
        ("/licensesx", None),
    ],
)
def test_a_page_belongs_to_the_nearest_place(path: str, place: str | None) -> None:
    assert nearest(path, [("/licenses", "Catalog"), ("/licenses/add", "Add")]) == place


def test_a_place_holds_the_pages_below_its_other_paths_too() -> None:
    place = Place("/licenses", "Licenses", more=("/shares",))

    assert place.holds("/shares/new")
    assert not place.holds("/share")
