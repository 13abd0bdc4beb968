"""The portal's HTTP application, put together. Nobody imports it but the room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI

from keydesk.chassis.http.app import tune_garbage_collection
from keydesk.chassis.http.health import health_router
from keydesk.chassis.http.middleware import RequestContext
from keydesk.chassis.identity import IdentityVerifier, keys_from_file
from keydesk.chassis.resources import Resources
from keydesk.portal.additions.routes import router as additions_router
from keydesk.portal.agreements.routes import router as agreements_router
from keydesk.portal.api_tokens.routes import router as api_tokens_router
from keydesk.portal.assets import PATH, Assets
from keydesk.portal.comments.routes import router as comments_router
from keydesk.portal.contact.contacts import read_contacts
from keydesk.portal.contact.routes import router as contact_router
from keydesk.portal.customer_numbers.routes import router as customer_numbers_router
from keydesk.portal.errors import install_error_pages
from keydesk.portal.exports.routes import router as exports_router
from keydesk.portal.fields.of_license import router as license_fields_router
from keydesk.portal.fields.routes import router as fields_router
from keydesk.portal.help.routes import router as help_router
from keydesk.portal.home.routes import router as home_router
from keydesk.portal.install_addresses.creation import router as address_creation_router
from keydesk.portal.install_addresses.routes import router as install_addresses_router
from keydesk.portal.licenses.listing import router as license_list_router
from keydesk.portal.licenses.routes import router as licenses_router
from keydesk.portal.lookups.routes import router as lookups_router
from keydesk.portal.password_resets.routes import router as password_resets_router
from keydesk.portal.passwords.routes import router as passwords_router
from keydesk.portal.profile.routes import router as profile_router
from keydesk.portal.registrations.routes import router as registrations_router
from keydesk.portal.requests.routes import router as requests_router
from keydesk.portal.sessions.routes import router as sessions_router
from keydesk.portal.settings import PortalSettings
from keydesk.portal.shares.routes import router as shares_router
from keydesk.portal.sign_up.routes import router as sign_up_router
from keydesk.portal.staff.account import router as staff_account_router
from keydesk.portal.staff.routes import router as staff_router
from keydesk.portal.staff.viewing import router as staff_viewing_router
from keydesk.portal.support_desk.approvals import router as support_approvals_router
from keydesk.portal.support_desk.queue import router as support_queue_router
from keydesk.portal.support_desk.routes import router as support_desk_router
from keydesk.portal.verifications.routes import router as verifications_router

PAGES = (
    home_router,
    sessions_router,
    sign_up_router,
    lookups_router,
    verifications_router,
    password_resets_router,
    agreements_router,
    profile_router,
    passwords_router,
    api_tokens_router,
    customer_numbers_router,
    fields_router,
    license_fields_router,
    comments_router,
    registrations_router,
    additions_router,  # before the pages of one license
    exports_router,
    license_list_router,
    licenses_router,
    address_creation_router,
    install_addresses_router,
    shares_router,
    requests_router,
    staff_router,
    staff_account_router,
    staff_viewing_router,
    support_queue_router,
    support_approvals_router,  # before the pages of one request
    support_desk_router,
    contact_router,
    help_router,
)


def create_portal_app(settings: PortalSettings) -> FastAPI:
    """Every page of the portal. It has no database: what it shows, it asks the services for."""
    app = FastAPI(
        title="Keydesk portal",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.resources = Resources(settings)
    app.state.contacts = read_contacts(settings.contacts_file)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.include_router(health_router)
    app.mount(PATH, Assets())
    install_error_pages(app)
    app.add_middleware(RequestContext)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: PortalSettings = app.state.settings
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings.request_threads
    app.state.verifier = IdentityVerifier(
        settings.room, keys_from_file(Path(settings.require("identity_jwks_file")))
    )
    tune_garbage_collection()
    yield
