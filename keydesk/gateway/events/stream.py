"""``GET /api/v1/events``: the caller's own events for as long as the caller holds (server-sent events)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import ScopeMissing, Unavailable
from keydesk.gateway.events.hub import EventHub, Mailbox
from keydesk.gateway.events.messages import HEARTBEAT, OPENING, SCOPES
from keydesk.gateway.exchange import Exchange
from keydesk.gateway.problems import TooManyStreams

StillHolds: TypeAlias = Callable[[], Awaitable[bool]]
"""Whether the caller's credential has not ended."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class EventStreams:
    """Answers requests for event streams."""

    def __init__(self, hub: EventHub, *, most_per_account: int, heartbeat: float) -> None:
        self._hub = hub
        self._most = most_per_account
        self._heartbeat = heartbeat

    async def serve(self, exchange: Exchange, caller: Caller, still_holds: StillHolds) -> None:
        """Stream until the client leaves, the credential ends, or this process does.

        Raises `ScopeMissing`, `TooManyStreams`, and `Unavailable` where no events arrive here.
        """
        if not any(caller.has_scope(scope) for scope in SCOPES):
            raise ScopeMissing(scope=" ".join(sorted(SCOPES)))
        account_id = caller.known_account_id
        if self._hub.count(account_id) >= self._most:
            raise TooManyStreams(limit=self._most, headers={"Retry-After": "5"})
        if not self._hub.is_listening:
            raise Unavailable(headers={"Retry-After": "2"})
        mailbox = self._hub.join(account_id)
        gone = asyncio.create_task(exchange.client_gone())
        try:
            await exchange.start(200, list(_HEADERS))
            await exchange.send(OPENING, more=True)
            while await self._go_on(exchange, caller, mailbox, gone):
                if not await still_holds():
                    break
            await exchange.send(b"", more=False)
        finally:
            self._hub.leave(account_id, mailbox)
            gone.cancel()

    async def _go_on(
        self, exchange: Exchange, caller: Caller, mailbox: Mailbox, gone: "asyncio.Task[None]"
    ) -> bool:
        """Stream until it is time to look at the credential; False when the stream is over."""
        next_look = asyncio.get_running_loop().time() + self._heartbeat
        while True:
            await _something_happens(mailbox, gone, before=next_look)
            if gone.done() or mailbox.is_closed:
                return False
            for event in mailbox.take():
                if caller.has_scope(event.scope):
                    await exchange.send(event.frame(), more=True)
            if mailbox.must_check:
                mailbox.must_check = False
                return True
            if asyncio.get_running_loop().time() >= next_look:
                await exchange.send(HEARTBEAT, more=True)
                return True


async def _something_happens(mailbox: Mailbox, gone: "asyncio.Task[None]", *, before: float) -> None:
    """Wait for mail or for the client to leave, until ``before`` (the loop's time) at the latest."""
    filled = asyncio.create_task(mailbox.filled())
    left = max(0.0, before - asyncio.get_running_loop().time())
    await asyncio.wait({filled, gone}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
    filled.cancel()
    with suppress(asyncio.CancelledError):
        await filled
