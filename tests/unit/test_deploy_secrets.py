"""The stack's secrets: made once, and readable by their owner alone."""

import base64
import json
from pathlib import Path

from keydesk.deploy.embedded.secrets import Secrets
from keydesk.rooms import ROOM_NAMES


def test_a_second_start_finds_the_secrets_of_the_first(tmp_path: Path) -> None:
    first, second = Secrets(tmp_path / "secrets"), Secrets(tmp_path / "secrets")
    assert first.password("valkey") == second.password("valkey")
    assert first.password("valkey") != first.password("postgres")
    key_file = first.signing_key_file("license-signing.jwk")
    before = key_file.read_bytes()
    assert second.signing_key_file("license-signing.jwk").read_bytes() == before


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    secrets.password("valkey")
    secrets.signing_key_file("license-signing.jwk")
    secrets.identity_jwks_file()
    folder = tmp_path / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    private = [path for path in folder.iterdir() if path.name != "identity.jwks"]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}


def test_a_start_that_was_cut_short_leaves_no_half_secret(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    (tmp_path / "secrets" / "valkey.part").write_text("half")
    assert len(secrets.password("valkey")) > 40


def test_keys_have_256_bits(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    assert len(base64.b64decode(secrets.key("lookup"))) == 32
    numbered = json.loads(secrets.numbered_keys("sealing"))
    assert {number: len(base64.b64decode(key)) for number, key in numbered.items()} == {"1": 32}


def test_the_set_of_identity_keys_is_public_and_names_every_room(tmp_path: Path) -> None:
    keys = json.loads(Secrets(tmp_path / "secrets").identity_jwks_file().read_text())["keys"]
    assert {key["kid"] for key in keys} == set(ROOM_NAMES)
    assert not [key for key in keys if "d" in key]
