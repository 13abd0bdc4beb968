"""The portal as the house knows it."""

from typing import Any

from starlette.types import ASGIApp

from keydesk.chassis.room import Room
from keydesk.portal.settings import PortalSettings


def _create_app(settings: Any) -> ASGIApp:
    from keydesk.portal.app import create_portal_app  # noqa: PLC0415 - only `serve` needs it

    return create_portal_app(settings)


ROOM = Room(name="portal", settings=PortalSettings, create_app=_create_app)
