"""The base of the catalog's tables: one metadata, text of any length, times with their zone."""

from typing import Any, ClassVar

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase

from keydesk.chassis.database import TYPES, new_metadata

METADATA = new_metadata()

CODE = Text(collation="C")
"""A printed number: compared byte by byte, so that an index finds how one starts, on every machine."""


class Base(DeclarativeBase):
    """Base of the catalog's tables."""

    metadata = METADATA
    type_annotation_map: ClassVar[dict[Any, Any]] = {**TYPES, str: Text()}
