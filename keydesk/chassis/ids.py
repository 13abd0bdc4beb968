"""TypeIDs: ``lic_01h455vb4pex5vsknk084sn02q``. Sortable by time of making, readable by their prefix."""

from typing import Annotated

from pydantic import StringConstraints
from typeid import TypeID

SUFFIX_PATTERN = r"[0-7][0-9a-hjkmnp-tv-z]{25}"


def new_id(prefix: str) -> str:
    """A fresh id such as ``reg_…`` (a UUIDv7 inside)."""
    return str(TypeID(prefix))


def id_type(prefix: str) -> object:
    """The pydantic type of ids with this prefix: ``LicenseId = Annotated[...]`` for paths and bodies.

    >>> LicenseId = id_type("lic")
    """
    return Annotated[str, StringConstraints(pattern=rf"^{prefix}_{SUFFIX_PATTERN}$")]
