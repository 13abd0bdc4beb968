"""The catalog's HTTP application, put together. Nobody imports it but the room."""

from fastapi import FastAPI

from keydesk.chassis.http.app import create_app
from keydesk.chassis.settings import RoomSettings
from keydesk.services.catalog.access.routes import router as access_router
from keydesk.services.catalog.additions.routes import router as additions_router
from keydesk.services.catalog.addresses.routes import router as addresses_router
from keydesk.services.catalog.attachments.routes import router as attachments_router
from keydesk.services.catalog.attachments.routes import support_router as support_attachments_router
from keydesk.services.catalog.comments.routes import router as comments_router
from keydesk.services.catalog.customer_numbers.routes import router as customer_numbers_router
from keydesk.services.catalog.exports.routes import router as exports_router
from keydesk.services.catalog.fields.routes import license_router as license_fields_router
from keydesk.services.catalog.fields.routes import router as fields_router
from keydesk.services.catalog.history.routes import router as history_router
from keydesk.services.catalog.licenses.routes import router as licenses_router
from keydesk.services.catalog.requests.routes import router as requests_router
from keydesk.services.catalog.requests.support_routes import router as support_requests_router
from keydesk.services.catalog.searches.routes import router as searches_router
from keydesk.services.catalog.shares.routes import router as shares_router
from keydesk.services.catalog.support_views.routes import router as support_views_router


def create_catalog_app(settings: RoomSettings) -> FastAPI:
    """The license catalog for people, and access checks for licensing."""
    return create_app(
        settings,
        title="Keydesk catalog",
        routers=[
            licenses_router,
            requests_router,
            support_views_router,  # before the resources of one request
            support_requests_router,
            history_router,
            comments_router,
            fields_router,
            license_fields_router,
            searches_router,
            shares_router,
            customer_numbers_router,
            additions_router,
            exports_router,
            addresses_router,
            attachments_router,
            support_attachments_router,
        ],
        internal=[access_router],
    )
