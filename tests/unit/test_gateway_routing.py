"""Which paths lead where, and which lead nowhere."""

import pytest

from keydesk.gateway.documentation.own import own_document
from keydesk.gateway.routing import is_plain, room_of


@pytest.mark.feature("C1")
@pytest.mark.parametrize(
    ("path", "room"),
    [
        (b"/", "portal"),
        (b"/licenses", "portal"),
        (b"/api/v1/accounts", "accounts"),
        (b"/api/v1/staff/accounts", "accounts"),
        (b"/api/v1/me/tokens", "accounts"),
        (b"/api/v1/registrations/reg_1/items", "licensing"),
        (b"/api/v1/catalog/licenses", "catalog"),
        (b"/api/v1/support/emails", "notifications"),
        (b"/.well-known/jwks.json", "licensing"),
        (b"/api/v1/sessions/current", "gateway"),
        (b"/readyz", "gateway"),
    ],
)
def test_each_path_leads_to_the_room_that_owns_it(path: bytes, room: str) -> None:
    assert room_of(path) == room


@pytest.mark.parametrize(
    "path",
    [
        b"/internal",
        b"/internal/accounts/acc_1/principal",
        b"/metrics",
        b"/api",
        b"/api/v1/",
        b"/api/v1/support",
        b"/api/v1/unheard-of",
        b"/api/v2/accounts",
        b"/.well-known/openid-configuration",
    ],
)
def test_what_is_nobodys_business_leads_nowhere(path: bytes) -> None:
    assert room_of(path) is None


@pytest.mark.parametrize(
    "path",
    [
        b"//internal/accounts",
        b"/licenses/../internal",
        b"/licenses/./x",
        b"/licenses/..",
        b"/licenses/..%2finternal",
        b"/licenses/%2e%2e/internal",
        b"/%69nternal/accounts",
        b"/create%2Daccount",
        b"/internal%2Faccounts",
        b"/..\\internal",
        b"/x%5c..%5cinternal",
        b"/x%00",
        b"/x%0d%0aset-cookie:a",
        b"/x%7F",
        b"/x%zz",
        b"/x%2",
        b"/caf\xc3\xa9",
        b"/x\x7f",
        b"*",
        b"",
    ],
)
def test_a_path_that_two_readers_could_read_differently_is_refused(path: bytes) -> None:
    assert not is_plain(path, b"")


@pytest.mark.parametrize("path", [b"/", b"/a.b/c", b"/.well-known/x", b"/caf%C3%A9", b"/a%20b", b"/a..b"])
def test_an_ordinary_path_is_not_refused(path: bytes) -> None:
    assert is_plain(path, b"query=a%2Fb&cursor=%2e%2e")


def test_a_query_with_bytes_outside_of_ascii_is_refused() -> None:
    assert not is_plain(b"/licenses", b"query=\xff")


def test_the_gateway_documents_routes_of_its_own_only() -> None:
    assert {room_of(path.encode()) for path in own_document()["paths"]} == {"gateway"}
