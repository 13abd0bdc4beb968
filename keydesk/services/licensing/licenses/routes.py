"""The HTTP door of issued licenses: files for people, keys for the catalog."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from keydesk.chassis.http.access import accounts, services
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.licensing.issuance.key_vault import KeyVault
from keydesk.services.licensing.licenses import repository, service

router = APIRouter(prefix="/licenses", tags=["licenses"])
internal = APIRouter()

LicenseId = Annotated[str, id_type("lic")]
Vault = Annotated[KeyVault, resource(KeyVault.from_settings)]


class LicenseFileResponse(Response):
    """A license file to be saved, which no cache keeps."""

    media_type = "text/plain; charset=utf-8"

    @classmethod
    def named(cls, name: str, content: str) -> "LicenseFileResponse":
        """The file ``content`` under ``name``, which holds no character that a header must quote."""
        return cls(
            content,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )


class KeysAsked(BaseModel):
    """Licenses whose keys are asked for."""

    model_config = ConfigDict(extra="forbid")

    license_ids: list[LicenseId] = Field(max_length=500)


class KeysTold(BaseModel):
    """License keys by license id; what does not exist is left out."""

    keys: dict[str, str]


@router.get("/{license_id}/file", response_class=LicenseFileResponse, responses=may_raise(NotFound))
def download_license_file(
    license_id: LicenseId,
    caller: Annotated[Caller, Depends(accounts("licenses:read", in_person=True))],
    session: Reading,
    vault: Vault,
    catalog: Annotated[RoomClient, resource(service.catalog)],
) -> LicenseFileResponse:
    """The ``.slf`` of one license, for whoever sees the license."""
    return LicenseFileResponse.named(
        *service.license_file(session, vault, catalog, caller.known_account_id, license_id)
    )


@internal.post("/license-keys")
def tell_license_keys(
    body: KeysAsked,
    _caller: Annotated[Caller, Depends(services("catalog"))],
    session: Reading,
    vault: Vault,
) -> KeysTold:
    """The keys of licenses that the catalog shows to those with access."""
    return KeysTold(keys=repository.keys_of(session, vault, body.license_ids))
