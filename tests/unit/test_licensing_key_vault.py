"""The vault of license keys: what opens what, and what its settings have to be."""

import base64
import json

import pytest

from keydesk.chassis.settings import BadSettings
from keydesk.services.licensing.issuance.key_vault import KeyVault, SealBroken, Sealed
from keydesk.services.licensing.settings import LicensingSettings

OLD, NEW, LOOKUP = b"o" * 32, b"n" * 32, b"l" * 32


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_what_is_sealed_opens_again() -> None:
    vault = KeyVault({1: OLD}, LOOKUP)
    assert vault.open(vault.seal(b"secret", bound_to="lic_1"), bound_to="lic_1") == b"secret"


def test_sealing_twice_gives_other_bytes() -> None:
    vault = KeyVault({1: OLD}, LOOKUP)
    assert vault.seal(b"secret", bound_to="lic_1") != vault.seal(b"secret", bound_to="lic_1")


def test_a_sealed_key_opens_in_no_other_row() -> None:
    vault = KeyVault({1: OLD}, LOOKUP)
    with pytest.raises(SealBroken):
        vault.open(vault.seal(b"secret", bound_to="lic_1"), bound_to="lic_2")


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    vault = KeyVault({1: OLD}, LOOKUP)
    content = bytearray(vault.seal(b"secret", bound_to="lic_1").content)
    content[place] ^= 1
    with pytest.raises(SealBroken):
        vault.open(Sealed(1, bytes(content)), bound_to="lic_1")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    sealed = KeyVault({1: OLD}, LOOKUP).seal(b"secret", bound_to="lic_1")
    rotated = KeyVault({1: OLD, 2: NEW}, LOOKUP)
    assert rotated.open(sealed, bound_to="lic_1") == b"secret"
    assert rotated.seal(b"secret", bound_to="lic_1").version == 2
    with pytest.raises(SealBroken):
        KeyVault({2: NEW}, LOOKUP).open(sealed, bound_to="lic_1")


def test_a_fingerprint_needs_the_lookup_secret() -> None:
    one, other = KeyVault({1: OLD}, LOOKUP), KeyVault({1: OLD}, NEW)
    assert one.fingerprint("KEY") == KeyVault({2: NEW}, LOOKUP).fingerprint("KEY")
    assert one.fingerprint("KEY") != other.fingerprint("KEY")


def settings(**given: str) -> LicensingSettings:
    good = {"key_encryption_keys": json.dumps({"1": encoded(OLD)}), "key_lookup_secret": encoded(LOOKUP)}
    return LicensingSettings.model_validate({"room": "licensing"} | good | given)


def test_a_vault_is_made_from_settings() -> None:
    sealed = KeyVault.from_settings(settings()).seal(b"secret", bound_to="lic_1")
    assert KeyVault({1: OLD}, LOOKUP).open(sealed, bound_to="lic_1") == b"secret"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key_encryption_keys": ""},
        {"key_encryption_keys": "[]"},
        {"key_encryption_keys": "{}"},
        {"key_encryption_keys": '{"one": "AAAA"}'},
        {"key_encryption_keys": '{"1": "AAAA"}'},
        {"key_encryption_keys": '{"1": "äöü"}'},
        {"key_lookup_secret": "short"},
    ],
)
def test_a_bad_setting_is_named_and_not_shown(wrong: dict[str, str]) -> None:
    [(field, value)] = wrong.items()
    with pytest.raises(BadSettings) as told:
        KeyVault.from_settings(settings(**wrong))
    assert field.upper() in str(told.value)
    assert not value or value not in str(told.value)
