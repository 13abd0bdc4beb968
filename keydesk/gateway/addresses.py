"""Whose network address a request comes from. Pure.

``X-Forwarded-For`` is written by anyone; it counts only where the connection comes from a proxy that
the settings trust, and then only from the right: the last entry that no trusted proxy wrote about itself.
"""

import functools
import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

UNKNOWN = "0.0.0.0"  # noqa: S104 - the address of a peer without one (a Unix socket); nothing binds to it


def parse_networks(value: str) -> tuple[Network, ...]:
    """The networks in a comma-separated list; raises `ValueError` naming one that is none."""
    return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())


def client_address(peer: str, forwarded_for: str | None, trusted: Sequence[Network]) -> str:
    """The client's address: the peer's own, or what trusted proxies say of it."""
    address = _plain(peer) or UNKNOWN
    if not trusted or forwarded_for is None:
        return address
    for part in reversed(forwarded_for.split(",")):
        if not _is_in(address, trusted):
            break
        before = _plain(part.strip())
        if before is None:
            break
        address = before
    return address


@functools.lru_cache(maxsize=4096)
def limit_subject(address: str) -> str:
    """What limits count as one client: an IPv4 address, or the /64 that one IPv6 household gets."""
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address) + "/64"


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in networks)


@functools.lru_cache(maxsize=4096)
def _plain(written: str) -> str | None:
    """``written`` as an address without a port; an IPv4 address mapped into IPv6 as the IPv4 address."""
    if written.startswith("["):
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        written = written.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(written)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)
