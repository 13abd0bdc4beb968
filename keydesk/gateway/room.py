"""The gateway as the house knows it."""

from typing import Any

from starlette.types import ASGIApp

from keydesk.chassis.room import Room
from keydesk.gateway.consumers import PROGRESS, SESSIONS
from keydesk.gateway.settings import GatewaySettings


def _create_app(settings: Any) -> ASGIApp:
    from keydesk.gateway.app import Gateway  # noqa: PLC0415 - only `serve` needs it

    return Gateway(settings)


ROOM = Room(
    name="gateway",
    settings=GatewaySettings,
    create_app=_create_app,
    consumers=(SESSIONS, PROGRESS),
)
