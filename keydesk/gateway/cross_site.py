"""Cross-site request forgery: which unsafe requests with a cookie are the portal's own. Pure.

Browsers say where a request comes from (Fetch Metadata, W3C; ``Origin``, RFC 6454), and no page can
forge either. So no token has to travel in forms.
"""

from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_own_request(
    *, fetch_site: str | None, origin: str | None, host: str | None, public_origin: str
) -> bool:
    """Whether an unsafe request comes from our own pages, or from a person's own doing (``none``)."""
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    if origin is None:
        return False
    return origin == public_origin or (bool(host) and origin.partition("://")[2] == host)


def origin_of(url: str) -> str:
    """The origin (scheme and authority) of ``url``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
