"""The table of limits, and which of them a request counts against. Pure.

A limit is a bucket of so many requests that fills again evenly over its period (GCRA): after a pause
all of them may come at once, then one each ``period / requests``. The portal's pages count like the
API calls that they make, because the portal makes those behind the gateway.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from keydesk.gateway.cross_site import SAFE_METHODS

By = Literal["address", "account", "nobody", "caller"]
"""What is counted: every request of an address; those of an account; those of an address that has no
account; those of the account or, without one, of the address."""


@dataclass(frozen=True)
class Policy:
    """One limit: ``requests`` in ``period`` seconds."""

    name: str
    by: By
    requests: int
    period: int
    paths: str = ""
    """Which unsafe requests it is for, as a regular expression; empty: see `Policies.of`."""

    @property
    def interval_ms(self) -> float:
        """Milliseconds in which one request flows back into the bucket."""
        return self.period * 1000 / self.requests

    @property
    def header(self) -> str:
        """The ``RateLimit-Policy`` field (IETF draft-ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.requests};w={self.period}'


TABLE: tuple[Policy, ...] = (
    Policy("sessions", "address", 30, 300, r"/api/v1/sessions"),
    Policy("sign_up", "address", 30, 600, r"/api/v1/accounts(/checks)?|/create-account(/.*)?"),
    Policy(
        "mail",
        "address",
        10,
        600,
        r"/api/v1/(account-lookups|password-resets|email-verifications/requests)"
        r"|/account-lookup|/forgot-password|/verify-email/.+",
    ),
    Policy(
        "links",
        "address",
        30,
        600,
        r"/api/v1/(email-verifications|password-resets/complete)|/verify-email|/reset-password",
    ),
    Policy("serial_numbers", "caller", 120, 60, r"/api/v1/registrations(/[^/]+/items)?|/register(/[^/]+)?"),
    Policy("anonymous_writes", "nobody", 60, 60),
    Policy("anonymous", "nobody", 600, 60),
    Policy("account", "account", 1200, 60),
)
"""Every limit. ``KEYDESK_GATEWAY_LIMITS`` sets other numbers by name."""


def parse_limits(value: str) -> dict[str, tuple[int, int]]:
    """``sessions=30/300,account=1200/60`` as numbers by name; raises `ValueError` for anything else."""
    names = {policy.name for policy in TABLE}
    parsed: dict[str, tuple[int, int]] = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        written = re.fullmatch(r"([a-z_]+)=([1-9]\d{0,8})/([1-9]\d{0,4})", part)
        if written is None or written[1] not in names:
            raise ValueError(f"“{part}” is not NAME=REQUESTS/SECONDS with NAME of {', '.join(sorted(names))}")
        parsed[written[1]] = int(written[2]), int(written[3])
    return parsed


@dataclass(frozen=True)
class Limits:
    """Some policies together, and the same as the words of a Redis script."""

    policies: tuple[Policy, ...]
    words: tuple[str | int | float, ...]

    @classmethod
    def of(cls, *policies: Policy) -> "Limits":
        """These policies."""
        words = ((each.name, each.by, each.interval_ms, each.requests) for each in policies)
        return cls(policies, tuple(chain.from_iterable(words)))


NO_LIMITS = Limits.of()


class Policies:
    """The table with a deployment's numbers, ready to be asked for each request."""

    def __init__(self, numbers: Mapping[str, tuple[int, int]]) -> None:
        self._named = {
            policy.name: Policy(policy.name, policy.by, *numbers[policy.name], policy.paths)
            if policy.name in numbers
            else policy
            for policy in TABLE
        }
        of_paths = (policy for policy in self._named.values() if policy.paths)
        self._by_path = [(re.compile(policy.paths), policy) for policy in of_paths]
        self._overall = (self["account"], self["anonymous"])
        self._reading = Limits.of(*self._overall)

    def __getitem__(self, name: str) -> Policy:
        """The policy called ``name``."""
        return self._named[name]

    def of(self, method: str, path: str) -> Limits:
        """What a request counts against: the overall limits, and for an unsafe one those of its path."""
        if method in SAFE_METHODS:
            return self._reading
        path = path.removesuffix("/") or path
        of_path = (policy for paths, policy in self._by_path if paths.fullmatch(path))
        return Limits.of(*self._overall, self["anonymous_writes"], *of_path)
