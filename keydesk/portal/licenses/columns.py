"""The columns of the list, as its page calls them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keydesk.chassis.i18n import Text
from keydesk.services.catalog.contract import COLUMNS


@dataclass(frozen=True)
class Column:
    """A column that the list has or could have."""

    name: str
    label: str
    shown: bool


def columns_of(told: Mapping[str, Any], language: str) -> Sequence[Column]:
    """Every column, those that are shown first and in their order; ``told`` is the catalog's answer.

    A chosen field that is no longer there, or no longer shared, is left out.
    """
    labels = {name: Text(label).to(language) for name, label in COLUMNS.items()}
    labels |= {field["id"]: field["name"] for field in told["fields"]}
    shown = [name for name in told["columns"] if name in labels]
    others = [name for name in labels if name not in shown]
    return [Column(name, labels[name], name in shown) for name in (*shown, *others)]
