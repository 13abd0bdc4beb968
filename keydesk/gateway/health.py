"""``/livez`` and ``/readyz``: whether the door is up, and what behind it is missing, by name."""

import asyncio
import time

from keydesk.gateway.pipeline import RedisAway, RedisPipeline
from keydesk.gateway.routing import ROOMS
from keydesk.gateway.upstream.rooms import Upstreams

BELIEVED_SECONDS = 1.0
"""The rooms are asked at most this often, however often somebody asks here."""


class Health:
    """What the gateway needs, looked at."""

    def __init__(self, redis: RedisPipeline, upstreams: Upstreams) -> None:
        self._redis = redis
        self._upstreams = upstreams
        self._missing: list[str] = []
        self._until = 0.0
        self._looking = asyncio.Lock()

    async def missing(self) -> list[str]:
        """The names of what does not answer: ``redis`` and rooms."""
        async with self._looking:
            if time.monotonic() >= self._until:
                self._missing = await self._look()
                self._until = time.monotonic() + BELIEVED_SECONDS
            return self._missing

    async def _look(self) -> list[str]:
        rooms = sorted(ROOMS)
        redis, *ready = await asyncio.gather(
            self._redis_answers(), *(self._upstreams.is_ready(room) for room in rooms)
        )
        missing = [] if redis else ["redis"]
        return missing + [room for room, is_ready in zip(rooms, ready, strict=True) if not is_ready]

    async def _redis_answers(self) -> bool:
        try:
            return bool(await self._redis.command(b"PING"))
        except RedisAway:
            return False
