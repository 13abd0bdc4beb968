"""The HTTP application of accounts, put together. Nobody imports it but the room."""

from fastapi import FastAPI

from keydesk.chassis.http.app import create_app
from keydesk.services.accounts.agreements.routes import router as agreements_router
from keydesk.services.accounts.api_tokens.routes import internal_router as token_checks_router
from keydesk.services.accounts.api_tokens.routes import router as api_tokens_router
from keydesk.services.accounts.authentication.routes import router as authentication_router
from keydesk.services.accounts.countries.routes import router as countries_router
from keydesk.services.accounts.links.routes import router as links_router
from keydesk.services.accounts.lookups.routes import router as lookups_router
from keydesk.services.accounts.password_resets.routes import router as password_resets_router
from keydesk.services.accounts.passwords.routes import router as passwords_router
from keydesk.services.accounts.profile.routes import router as profile_router
from keydesk.services.accounts.settings import AccountsSettings
from keydesk.services.accounts.sign_up.routes import router as sign_up_router
from keydesk.services.accounts.staff.routes import internal_router as views_router
from keydesk.services.accounts.staff.routes import router as staff_router
from keydesk.services.accounts.verifications.routes import router as verifications_router


def create_accounts_app(settings: AccountsSettings) -> FastAPI:
    """Accounts for people and staff; authentication and links for the rooms that need them."""
    return create_app(
        settings,
        title="Keydesk accounts",
        routers=[
            sign_up_router,
            lookups_router,
            verifications_router,
            password_resets_router,
            agreements_router,
            countries_router,
            profile_router,
            passwords_router,
            api_tokens_router,
            staff_router,
        ],
        internal=[authentication_router, token_checks_router, links_router, views_router],
    )
