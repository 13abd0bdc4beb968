"""Licensing's HTTP application, put together."""

from fastapi import FastAPI

from keydesk.chassis.http import app as chassis
from keydesk.services.licensing.entitlements import routes as entitlements
from keydesk.services.licensing.imports import routes as imports
from keydesk.services.licensing.licenses import routes as licenses
from keydesk.services.licensing.orders import routes as orders
from keydesk.services.licensing.products import routes as products
from keydesk.services.licensing.registrations import routes as registrations
from keydesk.services.licensing.settings import LicensingSettings
from keydesk.services.licensing.signing_keys import routes as signing_keys


def create_app(settings: LicensingSettings) -> FastAPI:
    """The application of ``keydesk serve licensing``."""
    app = chassis.create_app(
        settings,
        title="Keydesk licensing",
        routers=(
            products.router,
            orders.router,
            imports.router,
            registrations.router,
            licenses.router,
            signing_keys.router,
        ),
        internal=(
            registrations.internal,
            licenses.internal,
            entitlements.internal,
        ),
    )
    app.include_router(signing_keys.well_known, include_in_schema=False)
    return app
