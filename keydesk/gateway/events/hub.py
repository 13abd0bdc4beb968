"""One Redis subscription per gateway process, fanned out to the event streams that are open in it."""

import asyncio
from collections import defaultdict
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from keydesk.chassis.telemetry.logging import get_logger
from keydesk.gateway.credentials import channel_of
from keydesk.gateway.events.messages import LiveEvent, read_message

log = get_logger(__name__)

RECONNECT_SECONDS = 0.5
QUIET_SECONDS = 5.0
"""After so long without a message Redis is asked whether it is still there."""
MOST_UNANSWERED = 3
"""After so many such questions without an answer the subscription is taken for dead."""
MOST_WAITING = 256


class Mailbox:
    """What one open stream has yet to send: the latest event of each name and subject, in order."""

    def __init__(self) -> None:
        self.must_check = False
        """The credential may have ended."""
        self.is_closed = False
        """The stream has to end; its client comes back."""
        self._waiting: dict[tuple[str, str], LiveEvent] = {}
        self._filled = asyncio.Event()

    def put(self, event: LiveEvent | None) -> None:
        """Add an event, or with None ask for a check. A slow reader loses the oldest, never memory."""
        if event is None:
            self.must_check = True
        else:
            self._waiting.pop((event.name, event.subject), None)
            self._waiting[event.name, event.subject] = event
            if len(self._waiting) > MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
        self._filled.set()

    def close(self) -> None:
        """Have the stream end."""
        self.is_closed = True
        self._filled.set()

    async def filled(self) -> None:
        """Wait until there is something to do."""
        await self._filled.wait()

    def take(self) -> list[LiveEvent]:
        """The waiting events, oldest first; the mailbox is empty then."""
        taken = list(self._waiting.values())
        self._waiting.clear()
        self._filled.clear()
        return taken


class EventHub:
    """The open streams of this process, by account. For one event loop."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._open: defaultdict[str, set[Mailbox]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.is_listening = False

    def start(self) -> None:
        """Start to listen."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop to listen; open streams end."""
        self.close_all()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def join(self, account_id: str) -> Mailbox:
        """A mailbox that gets the account's events until `leave`."""
        mailbox = Mailbox()
        self._open[channel_of(account_id)].add(mailbox)
        return mailbox

    def leave(self, account_id: str, mailbox: Mailbox) -> None:
        """Stop filling ``mailbox``."""
        channel = channel_of(account_id)
        self._open[channel].discard(mailbox)
        if not self._open[channel]:
            del self._open[channel]

    def count(self, account_id: str) -> int:
        """How many streams of the account are open in this process."""
        return len(self._open.get(channel_of(account_id), ()))

    def close_all(self) -> None:
        """End every stream; clients come back and look at what they missed."""
        for mailboxes in self._open.values():
            for mailbox in mailboxes:
                mailbox.close()

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("events_away", error=type(error).__name__)
            self.is_listening = False
            self.close_all()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        redis = Redis.from_url(self._url)
        async with redis, redis.pubsub() as subscription:
            await subscription.psubscribe(channel_of("*"))
            unanswered = 0
            while unanswered < MOST_UNANSWERED:
                message = await subscription.get_message(timeout=QUIET_SECONDS)
                if message is None:
                    unanswered += 1
                    await subscription.ping()
                    continue
                unanswered = 0
                if message["type"] == "psubscribe":
                    self.is_listening = True
                elif message["type"] == "pmessage":
                    self._deliver(message["channel"].decode(), message["data"])
        raise TimeoutError("Redis has fallen silent")

    def _deliver(self, channel: str, message: bytes) -> None:
        mailboxes = self._open.get(channel)
        if not mailboxes:
            return
        event = read_message(message)
        for mailbox in mailboxes:
            mailbox.put(event)
