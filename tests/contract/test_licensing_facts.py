"""Licensing says its golden facts, and every license file that it ever made still verifies."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from jwcrypto import jwk, jws

from keydesk.services.licensing.contract import (
    LicenseIssued,
    RegistrationCompleted,
    RegistrationProgressed,
)
from keydesk.services.licensing.issuance.intent import ReservedLine, plan
from keydesk.services.licensing.issuance.keys import new_license_key
from keydesk.services.licensing.issuance.license_reading import blocks_in, public_keys, verify
from tests.contract.golden import FOLDER, golden

LICENSE_FILES = FOLDER / "license-files"
JWKS = orjson.loads((LICENSE_FILES / "jwks.json").read_bytes())


def test_issuing_says_the_golden_fact_of_a_license() -> None:
    fact = golden(LicenseIssued)
    columns = set(ReservedLine._fields) & set(LicenseIssued.model_fields)
    line = ReservedLine(
        entitlement_id="ent_01kavq7n5te8tvwtkqm3czhs0b",
        information={
            "host_id": fact.host_id,
            "system_type": fact.system_type,
            "deployed_price_tier": fact.deployed_price_tier,
            "technical_contact": fact.technical_contact and fact.technical_contact.model_dump(),
            "install_at": fact.install_at and fact.install_at.model_dump(),
        },
        **{name: getattr(fact, name) for name in columns},
    )

    intent = plan(
        [line],
        issuer="https://keydesk.example",
        now=fact.issued_at,
        new_license_id=lambda: fact.license_id,
        new_license_key=new_license_key,
    )

    assert orjson.loads(intent.licenses[0].fact) == orjson.loads(
        (FOLDER / f"{LicenseIssued.TYPE}.json").read_bytes()
    )


@pytest.mark.parametrize("fact", [LicenseIssued, RegistrationCompleted, RegistrationProgressed])
def test_a_golden_fact_is_said_as_it_was_read(
    fact: type[LicenseIssued | RegistrationCompleted | RegistrationProgressed],
) -> None:
    written = orjson.loads((FOLDER / f"{fact.TYPE}.json").read_bytes())
    assert golden(fact).model_dump(mode="json") == written


@pytest.mark.feature("G12")
@pytest.mark.parametrize("file", sorted(LICENSE_FILES.glob("*.slf")), ids=lambda file: file.stem)
def test_a_golden_license_file_verifies_for_ever(file: Path) -> None:
    blocks = blocks_in(file.read_bytes())
    assert len(blocks) == (5 if file.stem == "whole-registration" else 1)
    for block in blocks:
        assert verify(block, public_keys(JWKS), datetime(2998, 12, 31, tzinfo=UTC)).claims["jti"]


@pytest.mark.feature("G12")
@pytest.mark.parametrize("file", sorted(LICENSE_FILES.glob("*.slf")), ids=lambda file: file.stem)
def test_a_golden_license_file_verifies_with_another_library(file: Path) -> None:
    keys = jwk.JWKSet.from_json(orjson.dumps(JWKS).decode())
    for block in blocks_in(file.read_bytes()):
        token = jws.JWS()
        token.allowed_algs = ["EdDSA"]
        token.deserialize(block.jws)
        token.verify(keys.get_key(token.jose_header["kid"]))
