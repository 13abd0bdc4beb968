"""Shapes of the user agreement."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Version = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]


class SectionText(BaseModel):
    """One part of the agreement."""

    heading: str
    text: str


class AgreementText(BaseModel):
    """The user agreement in force, in one language."""

    version: str
    language: str
    title: str
    intro: str
    sections: list[SectionText]
    published_on: date


class Acceptance(BaseModel):
    """The version that was read and is accepted."""

    model_config = ConfigDict(extra="forbid")

    version: Version
