"""The shapes of comments in the API."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Order = Literal["at", "-at"]
"""Oldest first, or with a leading ``-`` the latest."""


def _with_one_kind_of_line_break(entered: object) -> object:
    """Forms send two characters for a line break; both count as one, and are kept as one."""
    return entered.replace("\r\n", "\n").replace("\r", "\n") if isinstance(entered, str) else entered


Content = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=4000,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]+$",
    ),
    BeforeValidator(_with_one_kind_of_line_break),
]


class NewComment(BaseModel):
    """A comment to add."""

    model_config = ConfigDict(extra="forbid")

    content: Content = Field(examples=["Moved to the new cluster in May."])


class CommentDocument(BaseModel):
    """A comment, and who wrote it when."""

    model_config = ConfigDict(title="Comment")

    id: str
    content: str
    at: datetime
    account_id: str
    name: str = Field(description="Of its author; empty while accounts has not told of this person yet")
