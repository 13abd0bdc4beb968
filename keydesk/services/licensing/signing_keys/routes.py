"""The public keys that verify license files, as a JWK set (RFC 7517), old ones included."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel
from sqlalchemy import select

from keydesk.chassis.http.access import anyone
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.services.licensing.models.issuance import SigningKey

router = APIRouter(tags=["signing keys"])
well_known = APIRouter()

MAX_AGE_SECONDS = 60


class Jwk(BaseModel):
    """A public Ed25519 key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    """The key's RFC 7638 thumbprint."""
    alg: Literal["EdDSA"]
    use: Literal["sig"]


class JwkSet(BaseModel):
    """Every key that signs, or signed, license files."""

    keys: list[Jwk]


@router.get("/signing-keys")
def list_signing_keys(
    _caller: Annotated[Caller, Depends(anyone())], session: Reading, response: Response
) -> JwkSet:
    """The public keys for verifying license files offline; keep them beside your product."""
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    keys = session.scalars(select(SigningKey).order_by(SigningKey.not_before, SigningKey.kid))
    return JwkSet(keys=[Jwk.model_validate(key.jwk) for key in keys])


well_known.add_api_route("/.well-known/jwks.json", list_signing_keys, methods=["GET"], response_model=JwkSet)
