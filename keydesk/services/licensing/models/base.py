"""The base of licensing's tables: one metadata, text of any length, times with their zone."""

from typing import Any, ClassVar

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase

from keydesk.chassis.database import TYPES, new_metadata

METADATA = new_metadata()

CODE = Text(collation="C")
"""A number or code that people copy: compared byte by byte, so that case counts and order is the same
on every machine."""


class Base(DeclarativeBase):
    """Base of every table of licensing."""

    metadata = METADATA
    type_annotation_map: ClassVar[dict[Any, Any]] = {**TYPES, str: Text()}
