"""Notifications as the house knows it."""

from typing import Any

from starlette.types import ASGIApp

from keydesk.chassis.room import Room
from keydesk.services.notifications.consumers import EMAILS
from keydesk.services.notifications.delivery.jobs import OVERDUE, SENDING
from keydesk.services.notifications.models import METADATA
from keydesk.services.notifications.settings import NotificationsSettings


def _create_app(settings: Any) -> ASGIApp:
    from keydesk.services.notifications.app import (  # noqa: PLC0415 - only `serve` needs it
        create_notifications_app,
    )

    return create_notifications_app(settings)


ROOM = Room(
    name="notifications",
    settings=NotificationsSettings,
    create_app=_create_app,
    metadata=METADATA,
    migrations="keydesk.services.notifications:migrations",
    jobs=(SENDING,),
    consumers=(EMAILS,),
    sweeps=(OVERDUE,),
)
