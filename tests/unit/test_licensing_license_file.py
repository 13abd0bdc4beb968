"""License files: what a file says, and everything that makes a reader refuse one."""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk, jws

from keydesk.services.licensing.issuance.license_file import BEGIN, END, base64url, file_name
from keydesk.services.licensing.issuance.license_reading import (
    KeysUnreadable,
    LicenseRefused,
    VerifiedLicense,
    blocks_in,
    public_keys,
    verify,
)
from keydesk.services.licensing.issuance.signing import LicenseSigner
from tests.factories.issuance import a_private_key
from tests.factories.license_files import LICENSE_ID, a_file, a_file_with_header, jwks

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KID = LicenseSigner(a_private_key(1)).kid

pytestmark = pytest.mark.feature("G12")


def read(content: str | bytes, *, keys: dict[str, Any] | None = None, now: datetime = NOW) -> VerifiedLicense:
    raw = content.encode() if isinstance(content, str) else content
    [block] = blocks_in(raw)
    return verify(block, public_keys(keys or jwks(1)), now)


def refusal(content: str | bytes, **given: Any) -> str:
    with pytest.raises(LicenseRefused) as refused:
        read(content, **given)
    return refused.value.reason


def jws_in(content: str) -> str:
    return "".join(content.split(BEGIN)[1].split(END, maxsplit=1)[0].split())


def with_jws(content: str, other: str) -> str:
    return f"{content.split(BEGIN, maxsplit=1)[0]}{BEGIN}\n{other}\n{END}\n"


def test_a_file_says_what_was_licensed() -> None:
    claims = read(a_file()).claims
    assert claims["jti"] == LICENSE_ID
    assert claims["product"] == {
        "sku": "KD-100",
        "name": "Harbor Cluster",
        "version": "4.2",
        "platform": "Linux",
    }
    assert (claims["quantity"], claims["host_id"], claims["maintenance_end"]) == (5, "80ab12cd", "2027-01-14")


def test_another_jose_library_verifies_a_file() -> None:
    token = jws.JWS()
    token.allowed_algs = ["EdDSA"]
    token.deserialize(jws_in(a_file()))
    token.verify(jwk.JWK(**jwks(1)["keys"][0]))
    assert orjson.loads(token.payload)["jti"] == LICENSE_ID
    assert token.jose_header == {"alg": "EdDSA", "kid": KID, "typ": "keydesk-license+jws"}


def test_the_key_id_is_the_thumbprint_that_other_libraries_compute() -> None:
    assert jwk.JWK(**jwks(1)["keys"][0]).thumbprint() == KID


def test_signing_twice_gives_the_same_file() -> None:
    assert a_file() == a_file()


def test_a_file_of_many_licenses_is_read_block_by_block() -> None:
    content = a_file(serial_number="A0000000001") + "\n" + a_file(serial_number="A0000000002")
    found = [verify(block, public_keys(jwks(1)), NOW) for block in blocks_in(content.encode())]
    assert [license.claims["serial_number"] for license in found] == ["A0000000001", "A0000000002"]


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_a_file_survives_what_windows_editors_do(change: Any) -> None:
    assert read(change(a_file())).kid == KID


@pytest.mark.parametrize(
    "name", ["Evil\n-----BEGIN KEYDESK LICENSE-----\nx", "A\u2028B", "Zoë  Ålesund 株式会社 ", "\r\x00\x85"]
)
def test_a_customers_name_cannot_break_the_file(name: str) -> None:
    assert read(a_file(customer_name=name)).claims["customer"]["name"] == name


def test_an_old_files_key_still_verifies_after_rotation() -> None:
    assert read(a_file(seed=1), keys=jwks(1, 2)).kid == KID


def test_a_license_without_an_end_has_no_expiry() -> None:
    assert "exp" not in read(a_file()).claims


def test_an_ended_license_is_refused_from_that_moment_on() -> None:
    file = a_file(expires_at=NOW)
    assert read(file, now=NOW - timedelta(seconds=1)).kid == KID
    assert refusal(file, now=NOW) == "expired"


def test_a_changed_payload_is_refused() -> None:
    header, payload, signature = jws_in(a_file()).split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = base64url(orjson.dumps(claims | {"quantity": 5000})).decode()
    assert refusal(with_jws(a_file(), f"{header}.{forged}.{signature}")) == "altered"


def test_a_changed_summary_is_refused() -> None:
    assert refusal(re.sub(r"Quantity: +5", "Quantity:            5000", a_file())) == "summary_altered"


def test_a_missing_summary_is_refused() -> None:
    assert refusal(a_file()[a_file().index(BEGIN) :]) == "summary_altered"


def test_a_key_that_is_not_among_ours_is_refused() -> None:
    assert refusal(a_file(seed=2)) == "unknown_key"


def test_a_file_that_claims_our_key_but_was_signed_by_another_is_refused() -> None:
    header = {"alg": "EdDSA", "kid": KID, "typ": "keydesk-license+jws"}
    assert refusal(a_file_with_header(header, seed=2)) == "altered"


def test_a_key_that_comes_in_the_file_is_not_trusted() -> None:
    own = jwks(2)["keys"][0]
    header = {"alg": "EdDSA", "kid": own["kid"], "typ": "keydesk-license+jws", "jwk": own}
    assert refusal(a_file_with_header(header, seed=2)) == "unknown_key"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "Ed25519", "ES256", None, 7])
def test_no_other_algorithm_is_taken(algorithm: object) -> None:
    header = {"alg": algorithm, "kid": KID, "typ": "keydesk-license+jws"}
    assert refusal(a_file_with_header(header)) == "wrong_algorithm"


def test_the_public_key_does_not_pass_for_a_shared_secret() -> None:
    _, payload, _ = jws_in(a_file()).split(".")
    header = base64url(orjson.dumps({"alg": "HS256", "kid": KID, "typ": "keydesk-license+jws"})).decode()
    secret = base64.urlsafe_b64decode(jwks(1)["keys"][0]["x"] + "=")
    mac = hmac.digest(secret, f"{header}.{payload}".encode(), hashlib.sha256)
    assert refusal(with_jws(a_file(), f"{header}.{payload}.{base64url(mac).decode()}")) == "wrong_algorithm"


@pytest.mark.parametrize("header", [{"typ": "keydesk-identity+jwt"}, {}, {"crit": ["b64"], "b64": False}])
def test_what_was_signed_for_another_purpose_is_refused(header: dict[str, Any]) -> None:
    typ = {"typ": "keydesk-license+jws"} if "crit" in header else {}
    assert refusal(a_file_with_header({"alg": "EdDSA", "kid": KID} | typ | header)) == "wrong_purpose"


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe" * 99, b"%PDF-1.7", b"hello", a_file().encode("utf-16")]
)
def test_what_is_not_a_license_file_is_told_so(content: bytes) -> None:
    assert refusal(content) == "not_a_license_file"


@pytest.mark.parametrize(
    "content",
    [
        a_file()[:-40],
        a_file().replace(BEGIN, ""),
        with_jws(a_file(), "e30.e30"),
        with_jws(a_file(), "e30.e30.e30.e30"),
        with_jws(a_file(), "!!!.e30.AA"),
        with_jws(a_file(), "W10.e30.AA"),
        with_jws(a_file(), "ÄÄ.e30.AA"),
        with_jws(a_file(), ""),
    ],
)
def test_a_damaged_file_is_told_so(content: str) -> None:
    assert refusal(content) == "damaged"


@given(st.binary(max_size=300), st.integers(0, 1200))
def test_no_content_at_all_makes_the_reader_stumble(junk: bytes, place: int) -> None:
    content = a_file().encode()
    mangled = content[:place] + junk + content[place + len(junk) :]
    try:
        for block in blocks_in(mangled):
            verify(block, public_keys(jwks(1)), NOW)
    except LicenseRefused:
        pass
    else:
        assert jws_in(mangled.decode("utf-8-sig")) == jws_in(a_file())


@pytest.mark.parametrize("keys", [None, [], {}, {"keys": []}, {"keys": "x"}, {"keys": [{"kty": "RSA"}]}])
def test_a_set_without_our_kind_of_key_is_told_so(keys: object) -> None:
    with pytest.raises(KeysUnreadable):
        public_keys(keys)


def test_a_damaged_public_key_is_told_so() -> None:
    with pytest.raises(KeysUnreadable):
        public_keys({"keys": [jwks(1)["keys"][0] | {"x": "AAAA"}]})


@pytest.mark.parametrize(
    ("sku", "name"),
    [
        ("KD-100", "KD-100-A0000000001.slf"),
        ("../../etc/passwd", "etc_passwd-A0000000001.slf"),
        ('a"b\r\nc', "a_b_c-A0000000001.slf"),
        ("株式", "license-A0000000001.slf"),
    ],
)
def test_a_files_name_is_one_that_every_system_takes(sku: str, name: str) -> None:
    assert file_name(sku, "A0000000001") == name
