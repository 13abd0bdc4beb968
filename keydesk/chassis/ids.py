"""TypeIDs: ``lic_01h455vb4pex5vsknk084sn02q``. Sortable by time of making, readable by their prefix."""

from pydantic import StringConstraints
from typeid import TypeID

SUFFIX_PATTERN = r"[0-7][0-9a-hjkmnp-tv-z]{25}"


def new_id(prefix: str) -> str:
    """A fresh id such as ``reg_…`` (a UUIDv7 inside)."""
    return str(TypeID(prefix))


def id_type(prefix: str) -> StringConstraints:
    """What makes a string an id with this prefix, for the types of paths and bodies.

    >>> LicenseId = Annotated[str, id_type("lic")]
    """
    return StringConstraints(pattern=rf"^{prefix}_{SUFFIX_PATTERN}$")
