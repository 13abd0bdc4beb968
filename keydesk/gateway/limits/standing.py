"""Where a client stands with its limits, as response headers say it. Pure."""

import math
from dataclasses import dataclass

from keydesk.gateway.limits.policies import Policy


@dataclass(frozen=True)
class Standing:
    """The nearest limit after a request was counted."""

    policy: Policy
    left: int
    """Requests that may still come at once."""
    full_ms: int
    """Until all of them may."""
    wait_ms: int
    """Until the refused request may come again; 0 when it was admitted."""

    @property
    def wait_seconds(self) -> int:
        """``wait_ms`` for ``Retry-After``: whole seconds, at least one."""
        return max(1, math.ceil(self.wait_ms / 1000))

    def headers(self) -> list[tuple[bytes, bytes]]:
        """``RateLimit`` and ``RateLimit-Policy`` (IETF draft-ietf-httpapi-ratelimit-headers-10)."""
        reset = math.ceil(self.full_ms / 1000)
        return [
            (b"ratelimit-policy", self.policy.header.encode("ascii")),
            (b"ratelimit", f'"{self.policy.name}";r={self.left};t={reset}'.encode("ascii")),
        ]
