"""Who may do what with a license. Pure: the facts about the license are passed in."""

from collections.abc import Mapping
from typing import Literal

from keydesk.chassis.i18n import N_

Access = Literal["owner", "full", "view", "added", "none", "unknown"]
"""``added``: nobody registered it yet and the account added it to its catalog; ``none``: not this account's
to see; ``unknown``: the catalog has not heard of it yet."""

MAY_SEE: frozenset[Access] = frozenset({"owner", "full", "view", "added"})

Option = Literal[
    "download_file",
    "edit_fields",
    "add_comment",
    "move",
    "share",
    "transfer",
    "register",
    "remove_from_catalog",
]

_ALLOWED: Mapping[Option, frozenset[Access]] = {
    "download_file": frozenset({"owner", "full", "view"}),
    "edit_fields": frozenset({"owner", "full"}),
    "add_comment": frozenset({"owner", "full"}),
    "move": frozenset({"owner", "full"}),
    "share": frozenset({"owner"}),
    "transfer": frozenset({"owner"}),
    "register": frozenset({"added"}),
    "remove_from_catalog": frozenset({"added"}),
}

_ONLY_THE_OWNER = N_("Only the owner of the license can do this.")
_SHARED_VIEW_ONLY = N_("The license is shared with you for viewing only.")
_NOT_REGISTERED = N_("Register the license first.")
_NO_FILE = N_("This product has no license file.")


def allows(access: Access, option: Option) -> bool:
    """Whether somebody with ``access`` to a license may use ``option``, as far as that decides it."""
    return access in _ALLOWED[option]


def options_of(access: Access, *, has_file: bool) -> tuple[list[Option], dict[Option, str]]:
    """The options of somebody who sees a license, and why (to be translated) there are not others.

    An option that only makes sense before registration is left out of both afterwards.
    """
    allowed: list[Option] = []
    refused: dict[Option, str] = {}
    for option in _ALLOWED:
        if option == "download_file" and not has_file and access != "added":
            refused[option] = _NO_FILE
        elif allows(access, option):
            allowed.append(option)
        elif option not in ("register", "remove_from_catalog"):
            refused[option] = _why_not(access, option)
    return allowed, refused


def _why_not(access: Access, option: Option) -> str:
    if access == "added":
        return _NOT_REGISTERED
    return _SHARED_VIEW_ONLY if "full" in _ALLOWED[option] else _ONLY_THE_OWNER
