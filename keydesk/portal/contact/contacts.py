"""Contact details by region, read from a file that an operator can replace."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from keydesk.chassis.i18n import N_, locale_of
from keydesk.chassis.settings import BadSettings

RegionName = Literal["americas", "emea", "asia_pacific", "japan"]

NAMES: Mapping[RegionName, str] = {
    "americas": N_("Americas"),
    "emea": N_("Europe, Middle East and Africa"),
    "asia_pacific": N_("Asia Pacific"),
    "japan": N_("Japan"),
}

MOST_BYTES = 100_000

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+[0-9][0-9 ()-]{4,30}$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^@\s<>?&]{1,64}@[^@\s<>?&]{3,200}$")
]


class Contact(BaseModel):
    """How to reach support in one region."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: RegionName
    email: Email
    phones: list[Phone] = Field(default=[], max_length=10)
    opens: time
    closes: time
    time_zone: str
    languages: list[str] = Field(min_length=1, max_length=20)

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError("this time zone is not known") from None
        return value

    @field_validator("languages")
    @classmethod
    def _languages_are_known(cls, value: list[str]) -> list[str]:
        for tag in value:
            try:
                Locale.parse(tag, sep="-")
            except UnknownLocaleError:
                raise ValueError(f"{tag} is not a language that is known") from None
        return value

    def languages_in(self, language: str) -> Sequence[str]:
        """What is spoken there, as it is called in ``language``."""
        locale = locale_of(language)
        return [Locale.parse(tag, sep="-").get_display_name(locale) or tag for tag in self.languages]

    @property
    def hours(self) -> tuple[str, str]:
        """From when until when, on each working day."""
        return self.opens.strftime("%H:%M"), self.closes.strftime("%H:%M")

    @property
    def calls(self) -> Sequence[tuple[str, str]]:
        """Each phone number, and how a telephone is told it."""
        return [(number, re.sub(r"[^+0-9]", "", number)) for number in self.phones]


class Contacts(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: list[Contact] = Field(min_length=1)

    @field_validator("regions")
    @classmethod
    def _each_region_once(cls, value: list[Contact]) -> list[Contact]:
        named = [each.region for each in value]
        if len(set(named)) < len(named):
            raise ValueError("a region stands there more than once")
        return value


def read_contacts(file: Path | None) -> Contacts:
    """What ``file`` says, or the package's own; raises `BadSettings` where that cannot be read."""
    try:
        if file is None:
            text = (resources.files("keydesk.portal.contact") / "contacts.toml").read_text("utf-8")
        else:
            text = file.read_bytes()[:MOST_BYTES].decode()
        return Contacts.model_validate(tomllib.loads(text))
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
        )
    except (OSError, ValueError) as error:
        said = str(error)
    raise BadSettings(f"KEYDESK_PORTAL_CONTACTS_FILE: {said}")
