"""Signing: what is just signed is checked before it is kept."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keydesk.services.licensing.issuance.license_file import payload_of
from keydesk.services.licensing.issuance.signing import LicenseSigner, SignatureWrong
from tests.factories.issuance import a_private_key
from tests.factories.license_files import terms

PAYLOADS = [payload_of(terms(quantity=quantity)) for quantity in (1, 2, 3)]


class FaultyKey:
    """A private key on a machine that computes wrongly now and then."""

    def __init__(self, true: Ed25519PrivateKey, fault: Callable[[int, bytes], bytes]) -> None:
        self._true = true
        self._fault = fault
        self._calls = 0

    def public_key(self) -> Ed25519PublicKey:
        return self._true.public_key()

    def sign(self, data: bytes) -> bytes:
        self._calls += 1
        return self._fault(self._calls, self._true.sign(data))


def signed_with(fault: Callable[[int, bytes], bytes]) -> None:
    signer = LicenseSigner(FaultyKey(a_private_key(), fault))  # type: ignore[arg-type] # a stand-in
    signer.check_all([signer.sign(payload) for payload in PAYLOADS])


def test_right_signatures_pass() -> None:
    signed_with(lambda _call, signature: signature)


@pytest.mark.parametrize("faulty", [1, 2, 3])
def test_one_wrong_signature_is_noticed(faulty: int) -> None:
    with pytest.raises(SignatureWrong):
        signed_with(lambda call, signature: bytes(64) if call == faulty else signature)


def test_a_machine_that_is_always_wrong_is_noticed() -> None:
    with pytest.raises(SignatureWrong):
        signed_with(lambda _call, _signature: bytes(64))


def test_many_are_signed_in_their_order() -> None:
    signer = LicenseSigner(a_private_key())
    payloads = [payload_of(terms(quantity=quantity)).decode() for quantity in range(1, 12)]

    for count in range(12):
        assert signer.sign_all(payloads[:count]) == [signer.sign(each.encode()) for each in payloads[:count]]
