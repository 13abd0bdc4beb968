"""What the accounts room may be told: its two secrets, and which user agreement is in force."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from keydesk.chassis.settings import RoomSettings
from keydesk.services.accounts.agreements.versions import AGREEMENTS, LATEST

Secret = Annotated[SecretStr, Field(min_length=32)]


def _known(version: str) -> str:
    if version not in AGREEMENTS:
        raise ValueError(f"no such agreement; there are {', '.join(AGREEMENTS)}")
    return version


class AccountsSettings(RoomSettings):
    """Settings of the accounts room's processes."""

    link_secret: Secret
    """Makes the tokens of links in emails. A new one ends every link that is still open."""
    device_secret: Secret
    """Signs the cookies of devices that logged in before. A new one makes every device unknown."""
    agreement_version: Annotated[str, AfterValidator(_known)] = LATEST
    """The user agreement that people have to accept."""
