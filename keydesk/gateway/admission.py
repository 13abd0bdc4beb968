"""Admission: one round trip to Redis that says whose a request is and whether it may come now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from keydesk.gateway.addresses import limit_subject
from keydesk.gateway.credentials import Credential, Record, View, session_key, token_key
from keydesk.gateway.limits.policies import Limits, Policies
from keydesk.gateway.limits.standing import Standing
from keydesk.gateway.pipeline import RedisPipeline

MOST_KNOWN = 20_000


@dataclass(frozen=True)
class Claim:
    """What a request says of itself: a secret of this kind with this digest."""

    kind: Literal["session", "token"]
    digest: str

    @property
    def key(self) -> str:
        """Where Redis has it, if it holds."""
        return session_key(self.digest) if self.kind == "session" else token_key(self.digest)


class Admission:
    """Asks Redis for each request; remembers the records themselves, by version, to spare their reading."""

    def __init__(
        self, redis: RedisPipeline, policies: Policies, session_idle: int, now_ms: Callable[[], int]
    ) -> None:
        self._redis = redis
        self._policies = policies
        self._idle_ms = session_idle * 1000
        self._now_ms = now_ms
        self._known: dict[str, Credential] = {}

    async def ask(
        self, claim: Claim | None, address: str, limits: Limits
    ) -> tuple[Credential | None, Standing | None]:
        """The credential, if the claim holds, and the nearest of ``limits``, with this request counted.

        Raises `RedisAway`.
        """
        key = claim.key if claim is not None else ""
        known = self._known.get(key)
        version, record, id, ends, name, left, full, wait, view, view_ends = await self._redis.script(
            "admit",
            (key,),
            (
                self._now_ms(),
                known.version if known is not None else b"",
                self._idle_ms if claim is not None and claim.kind == "session" else 0,
                limit_subject(address),
                *limits.words,
            ),
        )
        standing = Standing(self._policies[name.decode()], left, full, wait) if name else None
        if claim is None:
            return None, standing
        if not version:
            self._known.pop(key, None)
            return None, standing
        if record:
            known = Credential(
                claim.kind,
                claim.digest,
                version,
                id.decode(),
                ends,
                Record.model_validate_json(record),
                View.model_validate_json(view) if view else None,
                max(view_ends, 0),
            )
            self._remember(key, known)
        if known is not None and view_ends < 0:
            return replace(known, view_just_ended=True), standing
        return known, standing

    async def still_holds(self, credential: Credential) -> bool:
        """Whether the credential has not ended; looking does not count as using it. Raises `RedisAway`."""
        key = Claim(credential.kind, credential.digest).key
        return bool(await self._redis.command(b"EXISTS", key))

    def _remember(self, key: str, credential: Credential) -> None:
        while len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[key] = credential
