"""The tokens of links in emails: ``<link id>.<256 bits>``, by HMAC-SHA-256 from a secret.

Pure: whoever has the secret and the link's row can make the token again, so it is stored nowhere.
"""

import base64
import hashlib
import hmac
import secrets

NONCE_BYTES = 16


def new_nonce() -> bytes:
    """What makes a link's token differ from any other's."""
    return secrets.token_bytes(NONCE_BYTES)


def token_of(secret: bytes, *, purpose: str, link_id: str, nonce: bytes) -> str:
    """The token that opens the link."""
    message = b"\x00".join((b"keydesk link v1", purpose.encode(), link_id.encode(), nonce))
    mac = hmac.new(secret, message, hashlib.sha256).digest()
    return f"{link_id}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def link_id_of(token: str) -> str:
    """The id of the link that ``token`` says it opens."""
    return token.partition(".")[0]


def is_token_of(token: str, secret: bytes, *, purpose: str, link_id: str, nonce: bytes) -> bool:
    """Whether ``token`` opens the link; takes as long whichever of its characters is wrong."""
    expected = token_of(secret, purpose=purpose, link_id=link_id, nonce=nonce)
    return hmac.compare_digest(token.encode(), expected.encode())
