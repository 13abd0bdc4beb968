"""The HTTP application of accounts, put together. Nobody imports it but the room."""

from fastapi import FastAPI

from keydesk.chassis.http.app import create_app
from keydesk.services.accounts.agreements.routes import router as agreements_router
from keydesk.services.accounts.authentication.routes import router as authentication_router
from keydesk.services.accounts.countries.routes import router as countries_router
from keydesk.services.accounts.links.routes import router as links_router
from keydesk.services.accounts.settings import AccountsSettings
from keydesk.services.accounts.sign_up.routes import router as sign_up_router
from keydesk.services.accounts.verifications.routes import router as verifications_router


def create_accounts_app(settings: AccountsSettings) -> FastAPI:
    """Accounts for people and staff; authentication and links for the rooms that need them."""
    return create_app(
        settings,
        title="Keydesk accounts",
        routers=[sign_up_router, verifications_router, agreements_router, countries_router],
        internal=[authentication_router, links_router],
    )
