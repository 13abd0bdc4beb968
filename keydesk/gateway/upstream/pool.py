"""Connections to the rooms, kept open between requests."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urlsplit

from keydesk.gateway.upstream.connection import RoomConnection

CONNECT_SECONDS = 2.0
KEPT_SECONDS = 4.0
"""Below the five seconds after which uvicorn closes an idle connection: none is used while it closes."""
MOST_KEPT = 64
"""Idle connections to one room; more than this are closed after use."""


class RoomAway(Exception):
    """No connection could be made: nothing was asked of the room."""


class Pool:
    """Connections by room. For one event loop."""

    def __init__(self, addresses: Mapping[str, str], timeout: float) -> None:
        self._parts = {room: urlsplit(address) for room, address in addresses.items()}
        self.authorities = {room: parts.netloc.encode("idna") for room, parts in self._parts.items()}
        """What a request's ``Host`` is, by room."""
        self.base_paths = {room: parts.path.rstrip("/").encode() for room, parts in self._parts.items()}
        self._timeout = timeout
        self._idle: defaultdict[str, list[RoomConnection]] = defaultdict(list)

    async def take(self, room: str, *, fresh: bool = False) -> RoomConnection:
        """A connection to ``room``, an open one unless it has to be ``fresh``. Raises `RoomAway`."""
        idle = self._idle[room]
        now = asyncio.get_running_loop().time()
        while idle and not fresh:
            connection = idle.pop()
            if connection.may_carry_another and now - connection.idle_since < KEPT_SECONDS:
                return connection
            connection.close()
        return await self._connect(room)

    def give_back(self, room: str, connection: RoomConnection) -> None:
        """Keep a connection for the next request if it can carry one, else close it."""
        idle = self._idle[room]
        if not connection.may_carry_another or len(idle) >= MOST_KEPT:
            connection.close()
            return
        connection.was_used = True
        connection.idle_since = asyncio.get_running_loop().time()
        idle.append(connection)

    def close(self) -> None:
        """Close what is idle; what is in use is closed when it comes back."""
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
            idle.clear()

    async def _connect(self, room: str) -> RoomConnection:
        parts = self._parts[room]
        secure = parts.scheme == "https"
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: RoomConnection(self._timeout),
                    parts.hostname or "localhost",
                    parts.port or (443 if secure else 80),
                    ssl=secure or None,
                )
        except (OSError, TimeoutError) as error:
            raise RoomAway(str(error) or type(error).__name__) from None
        return connection
