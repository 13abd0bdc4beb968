"""The HTTP application of notifications, put together. Nobody imports it but the room."""

from fastapi import FastAPI

from keydesk.chassis.http.app import create_app
from keydesk.services.notifications.emails.routes import router as emails_router
from keydesk.services.notifications.settings import NotificationsSettings


def create_notifications_app(settings: NotificationsSettings) -> FastAPI:
    """The email log for support staff; the sending itself is done by jobs."""
    return create_app(settings, title="Keydesk notifications", routers=[emails_router])
