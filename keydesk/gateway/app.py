"""The gateway put together: one bare ASGI application, its connections, its start and its end."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from starlette.types import Receive, Scope, Send

from keydesk.chassis.http.app import tune_garbage_collection
from keydesk.chassis.identity import IdentityVerifier, keys_from_file
from keydesk.gateway.admission import Admission
from keydesk.gateway.credentials import now_ms
from keydesk.gateway.documentation.pages import Documentation
from keydesk.gateway.door import Door, Parts
from keydesk.gateway.events.hub import EventHub
from keydesk.gateway.events.stream import EventStreams
from keydesk.gateway.health import Health
from keydesk.gateway.identities import Identities
from keydesk.gateway.pipeline import RedisPipeline
from keydesk.gateway.routing import GATEWAY
from keydesk.gateway.scripts import SCRIPTS
from keydesk.gateway.sessions.repository import Sessions
from keydesk.gateway.sessions.routes import SessionRoutes
from keydesk.gateway.sessions.service import SessionKeeper
from keydesk.gateway.sessions.views import Views
from keydesk.gateway.settings import GatewaySettings
from keydesk.gateway.tokens import ApiTokens
from keydesk.gateway.upstream.rooms import Upstreams


class Gateway:
    """The public door (ASGI). Raises `BadSettings` for what it cannot do without."""

    def __init__(self, settings: GatewaySettings) -> None:
        redis_url = settings.require("redis_url")
        identities = Identities.from_settings(settings, time.time)
        verifier = IdentityVerifier(GATEWAY, keys_from_file(Path(settings.require("identity_jwks_file"))))
        self._redis = RedisPipeline(redis_url, SCRIPTS)
        self._hub = EventHub(redis_url)
        self._upstreams = Upstreams(settings, identities)
        sessions = Sessions(self._redis, idle=settings.session_idle, lifetime=settings.session_lifetime)
        keeper = SessionKeeper(sessions, self._upstreams, now_ms)
        self._door = Door(
            settings,
            Parts(
                admission=Admission(self._redis, settings.policies, settings.session_idle, now_ms),
                identities=identities,
                upstreams=self._upstreams,
                tokens=ApiTokens(
                    self._redis, self._upstreams, lifetime=settings.token_check_lifetime, now_ms=now_ms
                ),
                keeper=keeper,
                sessions=SessionRoutes(
                    keeper,
                    Views(sessions, self._upstreams, now_ms),
                    verifier,
                    secure_cookies=settings.is_https,
                ),
                events=EventStreams(
                    self._hub,
                    most_per_account=settings.event_streams_per_account,
                    heartbeat=settings.heartbeat,
                ),
                health=Health(self._redis, self._upstreams),
                documentation=Documentation(self._upstreams, settings.policies),
            ),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the life of the application (ASGI)."""
        if scope["type"] == "http":
            await self._door.serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._hub.start()
        on_stop_signal(self._hub.close_all)
        tune_garbage_collection()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._hub.stop()
        self._upstreams.close()
        self._redis.close()
        await send({"type": "lifespan.shutdown.complete"})


def on_stop_signal(act: Callable[[], None]) -> None:
    """Also ``act`` when the server is told to stop: it waits for open streams, which would never end."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before: Any = signal.getsignal(number)

        def handle(signum: int, frame: FrameType | None, before: Any = before) -> None:
            act()
            if callable(before):
                before(signum, frame)

        signal.signal(number, handle)
