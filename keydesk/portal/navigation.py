"""Where one can go from every page, and where a page may send one afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from keydesk.chassis.i18n import N_
from keydesk.portal.reader import Reader

HOME = "/"


@dataclass(frozen=True)
class Place:
    """An entry of the navigation."""

    path: str
    name: str
    more: tuple[str, ...] = ()
    """Other paths whose pages belong to it."""

    def holds(self, path: str) -> bool:
        """Whether the page at ``path`` belongs to this place."""
        return path == self.path or any(
            f"{path}/".startswith(f"{begin}/") for begin in (self.path, *self.more) if begin != HOME
        )


APPLICATIONS = (
    Place(HOME, N_("Home")),
    Place("/register", N_("Get a License Key")),
    Place("/licenses", N_("Manage My Licenses"), more=("/shares", "/requests")),
    Place("/account", N_("My Account")),
)
STAFF_TOOLS = (
    (Place("/staff/requests", N_("Requests")), ("support",)),
    (Place("/staff/imports", N_("Imports")), ("operator",)),
    (Place("/staff/orders", N_("Orders")), ("support", "operator")),
    (Place("/staff/accounts", N_("Accounts")), ("support", "operator")),
    (Place("/staff/emails", N_("Emails")), ("support",)),
)


def applications(reader: Reader) -> tuple[Place, ...]:
    """The applications that the reader can open."""
    return APPLICATIONS if reader.logged_in else ()


def staff_tools(reader: Reader) -> tuple[Place, ...]:
    """The staff's pages that the reader's roles open."""
    return tuple(place for place, roles in STAFF_TOOLS if reader.has_role(*roles))


def local_path(wanted: str | None, otherwise: str = HOME) -> str:
    r"""``wanted`` if it is a path within this site, else ``otherwise``: nobody is sent elsewhere.

    Browsers read ``//host``, ``/\host`` and paths with stray control characters as other sites.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    if "\\" in wanted or any(ord(character) <= ord(" ") or ord(character) == 0x7F for character in wanted):
        return otherwise
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else wanted


def nearest(path: str, places: Iterable[tuple[str, str]]) -> str | None:
    """Which of ``places`` (path and name) the page at ``path`` belongs to: the longest that begins it."""
    held = [place for place, _ in places if f"{path}/".startswith(f"{place}/")]
    return max(held, key=len, default=None)


def kept_parameters(kept: Mapping[str, str | None], cursor: str | None = None) -> str:
    """The query string of another page of a list: the parameters that stay, and the page's cursor."""
    return urlencode({name: value for name, value in {**kept, "cursor": cursor}.items() if value})
