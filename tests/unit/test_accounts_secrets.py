"""Link tokens, device cookies, and how long one waits after wrong tries."""

from datetime import UTC, datetime, timedelta

import pytest

from keydesk.services.accounts.authentication.device_cookies import LIFETIME, new_cookie, trusted_device
from keydesk.services.accounts.links.tokens import is_token_of, link_id_of, new_nonce, token_of
from keydesk.services.accounts.throttles.rules import LOGIN

SECRET = b"a secret for tests"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANNA = "acc_01kavq7n5se8arpn1n2n5hz3qd"
BEN = "acc_01kavq7n5se8arpn1n2n5hz3qe"
LINK = "ver_01kavq7n5se8arpn1n2n5hz3qd"
NONCE = new_nonce()


def opens(
    token: str,
    *,
    secret: bytes = SECRET,
    purpose: str = "sign_up",
    link_id: str = LINK,
    nonce: bytes = NONCE,
) -> bool:
    return is_token_of(token, secret, purpose=purpose, link_id=link_id, nonce=nonce)


def test_a_link_token_opens_its_link_and_nothing_else() -> None:
    token = token_of(SECRET, purpose="sign_up", link_id=LINK, nonce=NONCE)

    assert link_id_of(token) == LINK
    assert opens(token)
    assert not opens(token, purpose="password_reset")
    assert not opens(token, link_id="ver_01kavq7n5se8arpn1n2n5hz3qe")
    assert not opens(token, nonce=new_nonce())
    assert not opens(token, secret=b"another secret")
    assert not opens(token[:-1])


def test_a_device_is_trusted_for_the_account_that_it_logged_in_to_and_for_a_while() -> None:
    cookie = new_cookie(SECRET, ANNA, now=NOW)

    assert trusted_device(cookie, SECRET, ANNA, now=NOW) is not None
    assert trusted_device(cookie, SECRET, BEN, now=NOW) is None
    assert trusted_device(cookie, b"another secret", ANNA, now=NOW) is None
    assert trusted_device(cookie, SECRET, ANNA, now=NOW + LIFETIME) is None


@pytest.mark.parametrize(
    "forged", [None, "", ".", "..", "a.b.c", "nonce.99999999999.", "\ud800.1.x", "ü.1.ü"]
)
def test_what_we_did_not_sign_is_no_trusted_device(forged: str | None) -> None:
    assert trusted_device(forged, SECRET, ANNA, now=NOW) is None


@pytest.mark.feature("G3")
def test_the_wait_doubles_with_each_try_up_to_a_quarter_of_an_hour() -> None:
    waits = [LOGIN.wait_after(tries).total_seconds() for tries in range(1, 13)]

    assert waits == [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900]
    assert LOGIN.wait_after(10**6) == timedelta(minutes=15)
