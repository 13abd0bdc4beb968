"""Saved searches and chosen columns as the API shows them."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from keydesk.chassis.ids import SUFFIX_PATTERN
from keydesk.services.catalog.contract import COLUMNS
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.models.fields import FieldKind

MOST_COLUMNS = 40

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Column = Annotated[str, StringConstraints(pattern=rf"^(?:{'|'.join(COLUMNS)}|fld_{SUFFIX_PATTERN})$")]


def _once_each(columns: list[str]) -> list[str]:
    return list(dict.fromkeys(columns))


Columns = Annotated[
    list[Column],
    Field(
        min_length=1,
        max_length=MOST_COLUMNS,
        description=f"In their order: of {', '.join(COLUMNS)}, and ids of user-defined fields",
        examples=[["serial_number", "product", "status"]],
    ),
    AfterValidator(_once_each),
]


class NewSavedSearch(BaseModel):
    """A search to keep."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Ends this quarter, Berlin"])
    criteria: Criteria


class SavedSearchShown(BaseModel):
    """A search that was kept."""

    model_config = ConfigDict(title="SavedSearch")

    id: str
    name: str
    criteria: Criteria = Field(description="Query parameters of the list of licenses")
    created_at: datetime


class SavedSearches(BaseModel):
    """All that the caller kept, by name."""

    items: list[SavedSearchShown]


class ListColumnsChosen(BaseModel):
    """The columns to show from now on."""

    model_config = ConfigDict(extra="forbid")

    columns: Columns


class ListField(BaseModel):
    """A user-defined field that can be a column of the caller's list, and be searched by."""

    id: str
    name: str
    kind: FieldKind
    choices: list[str]
    own: bool = Field(description="The caller's own; others belong to owners who share them")


class ListColumnsShown(BaseModel):
    """The columns of the caller's list, in their order."""

    columns: list[str]
    chosen: bool = Field(description="Whether the caller ever chose; otherwise they are the usual ones")
    fields: list[ListField]
