"""The catalog as the house knows it."""

from typing import Any

from starlette.types import ASGIApp

from keydesk.chassis.room import Room
from keydesk.services.catalog.attachments import jobs as attachments
from keydesk.services.catalog.consumers import LICENSES, PEOPLE
from keydesk.services.catalog.exports import jobs as exports
from keydesk.services.catalog.models import METADATA
from keydesk.services.catalog.requests import jobs as requests
from keydesk.services.catalog.settings import CatalogSettings


def _create_app(settings: Any) -> ASGIApp:
    from keydesk.services.catalog.app import create_catalog_app  # noqa: PLC0415 - only `serve` needs it

    return create_catalog_app(settings)


ROOM = Room(
    name="catalog",
    settings=CatalogSettings,
    create_app=_create_app,
    metadata=METADATA,
    migrations="keydesk.services.catalog:migrations",
    jobs=(*exports.JOBS, *requests.JOBS, *attachments.JOBS),
    consumers=(LICENSES, PEOPLE),
    sweeps=(*exports.SWEEPS, *requests.SWEEPS, *attachments.SWEEPS),
)
