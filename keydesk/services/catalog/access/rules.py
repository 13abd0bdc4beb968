"""Who may do what with a license. Pure: the facts about the license are passed in."""

from typing import Literal

Access = Literal["owner", "full", "view", "none", "unknown"]
"""``none``: it is not this account's to see; ``unknown``: the catalog has not heard of this license yet."""

MAY_SEE: frozenset[Access] = frozenset({"owner", "full", "view"})


def access_to(owner_account_id: str | None, account_id: str) -> Access:
    """What ``account_id`` may do with a license of this owner; no owner means no such license yet."""
    if owner_account_id is None:
        return "unknown"
    return "owner" if owner_account_id == account_id else "none"
