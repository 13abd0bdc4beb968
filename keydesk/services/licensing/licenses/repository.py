"""SQL of issued licenses: their keys and files, opened from the vault."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from keydesk.services.licensing.issuance.key_vault import KeyVault, Sealed, sealed_file
from keydesk.services.licensing.models.issuance import License
from keydesk.services.licensing.models.registrations import RegistrationItem


def find(session: Session, license_id: str) -> License | None:
    """The license, or none."""
    return session.get(License, license_id)


def keys_of(session: Session, vault: KeyVault, license_ids: Sequence[str]) -> dict[str, str]:
    """License keys by license id, of those that exist."""
    if not license_ids:
        return {}
    rows = session.execute(
        select(License.id, License.sealed_by, License.key_content).where(License.id.in_(license_ids))
    )
    return {id: vault.open(Sealed(version, content), bound_to=id).decode() for id, version, content in rows}


def file_of(session: Session, vault: KeyVault, license_id: str) -> str | None:
    """The JWS of one license's file, or none where it has no file."""
    row = session.execute(
        select(License.sealed_by, License.file_content).where(License.id == license_id)
    ).one_or_none()
    if row is None or row.file_content is None:
        return None
    return vault.open(Sealed(row.sealed_by, row.file_content), bound_to=sealed_file(license_id)).decode()


def files_of_registration(session: Session, vault: KeyVault, registration_id: str) -> list[str]:
    """The JWS of every license file of a registration, in the order of its lines."""
    rows = session.execute(
        select(License.id, License.sealed_by, License.file_content)
        .join(RegistrationItem, RegistrationItem.entitlement_id == License.entitlement_id)
        .where(RegistrationItem.registration_id == registration_id)
        .order_by(RegistrationItem.position)
    )
    return [
        vault.open(Sealed(version, content), bound_to=sealed_file(id)).decode()
        for id, version, content in rows
        if content is not None
    ]
