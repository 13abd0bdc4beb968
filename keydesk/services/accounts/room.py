"""Accounts as the house knows it."""

from typing import Any

from starlette.types import ASGIApp

from keydesk.chassis.room import Room
from keydesk.services.accounts.demo import load_demo_people
from keydesk.services.accounts.models import METADATA
from keydesk.services.accounts.settings import AccountsSettings
from keydesk.services.accounts.sweeps import LEFTOVERS


def _create_app(settings: Any) -> ASGIApp:
    from keydesk.services.accounts.app import create_accounts_app  # noqa: PLC0415 - only `serve` needs it

    return create_accounts_app(settings)


ROOM = Room(
    name="accounts",
    settings=AccountsSettings,
    create_app=_create_app,
    metadata=METADATA,
    migrations="keydesk.services.accounts:migrations",
    sweeps=(LEFTOVERS,),
    demo=load_demo_people,
)
