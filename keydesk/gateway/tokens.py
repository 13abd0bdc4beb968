"""API tokens: accounts says whether one holds; its word is kept for half a minute at most.

A revoked token is forgotten when the fact of it arrives. One that was being checked at that very moment
may hold until the kept word runs out.
"""

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel

from keydesk.chassis.problems import Unavailable
from keydesk.gateway.credentials import Principal, Record, new_version, token_key, tokens_key
from keydesk.gateway.pipeline import RedisPipeline
from keydesk.gateway.upstream.rooms import Upstreams

PREFIX = "kd_"
LONGEST = 256


class _Checked(BaseModel):
    principal: Principal
    token_id: str
    scopes: list[str]
    expires_at: datetime | None = None


def token_in(authorization: str) -> str | None:
    """The API token in an ``Authorization`` header (RFC 6750, 2.1), if it is shaped like one of ours."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token.startswith(PREFIX) or len(token) > LONGEST:
        return None
    return token if token.isascii() and token.isprintable() else None


class ApiTokens:
    """Checks API tokens with accounts."""

    def __init__(
        self, redis: RedisPipeline, upstreams: Upstreams, *, lifetime: int, now_ms: Callable[[], int]
    ) -> None:
        self._redis = redis
        self._upstreams = upstreams
        self._lifetime_ms = lifetime * 1000
        self._now_ms = now_ms

    async def check(self, token: str, digest: str) -> bool:
        """Whether accounts knows ``token``; if so its word is kept where `Admission` looks.

        Raises `Unavailable` where accounts is away, `RedisAway`.
        """
        answer = await self._upstreams.call(
            "accounts", "POST", "/internal/token-checks", json={"token": token}
        )
        if answer.status in (401, 403, 404, 422):
            return False
        if answer.status != 200:
            raise Unavailable
        found = _Checked.model_validate_json(answer.body)
        now = self._now_ms()
        ends = now + self._lifetime_ms
        if found.expires_at is not None:
            ends = min(ends, int(found.expires_at.timestamp() * 1000))
        account_id = found.principal.account_id
        record = Record(principal=found.principal, scopes=found.scopes).model_dump_json()
        await self._redis.script(
            "keep_token",
            (token_key(digest), tokens_key(account_id)),
            (now, ends, new_version(), account_id, record, digest, found.token_id),
        )
        return True
