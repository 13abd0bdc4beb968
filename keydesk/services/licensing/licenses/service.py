"""Use cases of issued licenses. Who may see one is the catalog's word; keys and files are ours."""

from typing import Literal

from pydantic import BaseModel
from sqlalchemy.orm import Session

from keydesk.chassis.http.client import RoomClient, client_of
from keydesk.chassis.problems import NotFound
from keydesk.services.licensing.issuance.key_vault import KeyVault
from keydesk.services.licensing.issuance.license_file import armoured
from keydesk.services.licensing.licenses import repository
from keydesk.services.licensing.models.issuance import License
from keydesk.services.licensing.models.registrations import Registration

catalog = client_of("catalog")

_MAY_DOWNLOAD = frozenset({"owner", "full", "view"})


class AccessAsked(BaseModel):
    """Asks the catalog what an account may do with licenses."""

    account_id: str
    license_ids: list[str]


class AccessAnswered(BaseModel):
    """By license id; ``unknown``: the catalog has not heard of the license yet."""

    access: dict[str, Literal["owner", "full", "view", "added", "none", "unknown"]]


def license_file(
    session: Session, vault: KeyVault, catalog: RoomClient, account_id: str, license_id: str
) -> tuple[str, str]:
    """Name and content of a license's file, for an account that sees the license.

    Raises `NotFound` for anybody else and where there is no file, `Unavailable` while the catalog is away.
    """
    license = repository.find(session, license_id)
    if license is None or license.file_name is None or not _may_download(catalog, license, account_id):
        raise NotFound
    jws = repository.file_of(session, vault, license_id)
    if jws is None:
        raise NotFound
    return license.file_name, armoured(jws)


def registration_file(session: Session, vault: KeyVault, registration: Registration) -> tuple[str, str]:
    """Name and content of one file with every license file of a registration; raises `NotFound` if none."""
    found = repository.files_of_registration(session, vault, registration.id)
    if not found:
        raise NotFound
    return f"{registration.id}.slf", "\n".join(armoured(jws) for jws in found)


def _may_download(catalog: RoomClient, license: License, account_id: str) -> bool:
    answer = catalog.call(
        "POST",
        "/internal/access-checks",
        AccessAnswered,
        AccessAsked(account_id=account_id, license_ids=[license.id]),
    )
    access = answer.access[license.id]
    if access == "unknown":
        return license.account_id == account_id
    return access in _MAY_DOWNLOAD
