"""Licensing as the house knows it: what it serves, keeps, and does in the background."""

from starlette.types import ASGIApp

from keydesk.chassis.room import Room
from keydesk.services.licensing.demo import load_sample
from keydesk.services.licensing.imports import jobs as imports
from keydesk.services.licensing.issuance import jobs as issuance
from keydesk.services.licensing.models import METADATA
from keydesk.services.licensing.settings import LicensingSettings


def create_app(settings: LicensingSettings) -> ASGIApp:
    """The HTTP application; imported here so that a worker never loads the routes."""
    from keydesk.services.licensing.app import create_app as create  # noqa: PLC0415 - as said above

    return create(settings)


ROOM = Room(
    name="licensing",
    settings=LicensingSettings,
    create_app=create_app,
    metadata=METADATA,
    migrations="keydesk.services.licensing:migrations",
    jobs=(*imports.JOBS, *issuance.JOBS),
    consumers=(),
    sweeps=(*imports.SWEEPS, *issuance.SWEEPS),
    demo=load_sample,
)
